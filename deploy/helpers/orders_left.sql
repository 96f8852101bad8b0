-- Deploy tradelatch:helpers/orders_left to pg
-- requires: tables/positions
-- requires: helpers/receipt_of

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
    return (monitoring.receipt_of(v_row, 'ok', true)).order_cancels;
end
$$;

comment on function monitoring.orders_left(monitoring.positions) is
'Orders of a position that may be left on the exchange when it is ended without asking there: its entry, its stop-losses, its earlier closes.';

revoke all on function monitoring.orders_left(monitoring.positions) from public;

commit;
