-- Deploy tradelatch:helpers/orders_left to pg

begin;

set local role tradelatch_owner;

create function monitoring.orders_left(book_row monitoring.positions)
returns text[]
language plpgsql
immutable
as $$
declare
    v_row monitoring.positions := orders_left.book_row;
begin
    -- A rollback is what takes everything away.
    v_row.status := 'pending_rollback';
    v_row.orders_withheld := false;
    -- Nobody sends the close that is due any more, but somebody may have.
    v_row.close_orders := monitoring.orders_to_cancel(
        v_row.close_orders, v_row.order_key, 'close', v_row.close_attempt
    );
    return (monitoring.receipt_of(v_row, 'ok', true)).order_cancels;
end
$$;

comment on function monitoring.orders_left(monitoring.positions) is
'Orders of a position that may be left on the exchange when it is ended without asking there: its entry, its stop-losses, its closes.';

revoke all on function monitoring.orders_left(monitoring.positions) from public;

commit;
