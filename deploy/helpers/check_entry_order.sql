-- Deploy tradelatch:helpers/check_entry_order to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_entry_order(book_row monitoring.positions, exchange_order_id text)
returns void
language plpgsql
stable
as $$
declare
    v_other_id bigint;
begin
    if book_row.exchange_order_id <> check_entry_order.exchange_order_id then
        v_other_id := book_row.id;
    else
        -- both finds every open row of the symbol.
        select c.position_id
        into v_other_id
        from monitoring.conflicting_positions(book_row.exchange, book_row.account, book_row.symbol, 'both') as c
        where c.position_id <> book_row.id
            and c.exchange_order_id = check_entry_order.exchange_order_id
        limit 1;
    end if;

    if v_other_id is not null then
        raise exception using
            errcode = 'TL005',
            message = case
                when v_other_id = book_row.id then format('the entry of position %s is another order', book_row.id)
                else format('this order is the entry of position %s', v_other_id)
            end,
            detail = json_build_object('position_id', v_other_id, 'exchange_order_id', check_entry_order.exchange_order_id)::text;
    end if;
end
$$;

comment on function monitoring.check_entry_order(monitoring.positions, text) is
'Raises TL005 where the entry of the position is known under another id, or where another open position of the symbol has this one.';

revoke all on function monitoring.check_entry_order(monitoring.positions, text) from public;

commit;
