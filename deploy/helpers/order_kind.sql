-- Deploy tradelatch:helpers/order_kind to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.order_kind(book_row monitoring.positions, name text)
returns text
language plpgsql
immutable
as $$
begin
    return case
        when order_kind.name = '*' then 'unnamed'
        when order_kind.name = any (book_row.own_orders) then 'own'
        when order_kind.name = monitoring.entry_order(book_row.origin, book_row.order_key, book_row.exchange_order_id) then 'entry'
        when starts_with(order_kind.name, book_row.order_key || 'c') then 'close'
        else 'stop_loss'
    end;
end
$$;

comment on function monitoring.order_kind(monitoring.positions, text) is
'What an order that is left is: entry, stop_loss, close, own (the bot''s), or unnamed for *.';

revoke all on function monitoring.order_kind(monitoring.positions, text) from public;

commit;
