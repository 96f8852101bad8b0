-- Deploy tradelatch:helpers/current_order to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.current_order(book_row monitoring.positions)
returns text
language plpgsql
immutable
as $$
begin
    return case
        when book_row.orders_withheld then null
        -- under a fence that nobody was given: no receipt has handed it out
        when book_row.lease_until = timestamptz 'epoch' then null
        when book_row.status = 'pending_entry'
            then monitoring.entry_order(book_row.origin, book_row.order_key, book_row.exchange_order_id)
        when book_row.status = 'pending_sl'
            then monitoring.client_order_id(book_row.order_key, 'stop_loss', book_row.stop_loss_attempt)
        when book_row.status in ('pending_close', 'pending_rollback') and book_row.close_quantity is not null
            then monitoring.client_order_id(book_row.order_key, 'close', book_row.close_attempt)
    end;
end
$$;

comment on function monitoring.current_order(monitoring.positions) is
'Name of the order that the status of a position calls for; null where it calls for none, or where nobody was given the current fence. Unless it arrived it is in the hand of the current fence.';

revoke all on function monitoring.current_order(monitoring.positions) from public;

commit;
