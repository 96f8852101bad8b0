-- Deploy tradelatch:helpers/begin_exit to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.begin_exit(book_row monitoring.positions, to_status text, reason text)
returns monitoring.positions
language plpgsql
immutable
as $$
declare
    v_row monitoring.positions := monitoring.hold_order(book_row);
    v_entry text := monitoring.entry_order(v_row.origin, v_row.order_key, v_row.exchange_order_id);
begin
    v_row.status := begin_exit.to_status;
    v_row.exit_reason := begin_exit.reason;
    v_row.close_attempt := v_row.close_attempt + 1;
    v_row.close_quantity := monitoring.quantity_to_close(
        case
            when v_entry = any (monitoring.orders_left(v_row)) then v_row.open_quantity + v_row.quantity - v_row.filled_quantity
            else 0
        end,
        v_row.open_quantity
    );
    return v_row;
end
$$;

comment on function monitoring.begin_exit(monitoring.positions, text, text) is
'The position with an exit begun (pending_close or pending_rollback): a close under a fresh id, for what is open; for all that was asked for while the entry may still fill.';

revoke all on function monitoring.begin_exit(monitoring.positions, text, text) from public;

commit;
