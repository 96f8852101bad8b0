-- Deploy tradelatch:helpers/write_move to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.write_move(
    book_row monitoring.positions, move text, details jsonb, outcome text, drives boolean, is_given boolean default false
)
returns tradelatch.receipt
language plpgsql
volatile
as $$
declare
    v_row monitoring.positions := book_row;
begin
    if v_row.status = 'pending_cancels' and monitoring.orders_left(v_row) = '{}' then
        v_row.status := v_row.ends_as;
    end if;
    if v_row.status <> 'pending_cancels' then
        v_row.ends_as := null;
    end if;

    update monitoring.positions as p
    set
        status = v_row.status,
        filled_quantity = v_row.filled_quantity,
        average_price = v_row.average_price,
        open_quantity = v_row.open_quantity,
        exchange_order_id = v_row.exchange_order_id,
        exit_reason = v_row.exit_reason,
        exit_price = v_row.exit_price,
        realized_pnl = v_row.realized_pnl,
        stop_loss_price = v_row.stop_loss_price,
        stop_loss_order = v_row.stop_loss_order,
        stop_loss_order_id = v_row.stop_loss_order_id,
        stop_loss_attempt = v_row.stop_loss_attempt,
        stop_loss_sized = v_row.stop_loss_sized,
        close_attempt = v_row.close_attempt,
        close_quantity = v_row.close_quantity,
        orders_arrived = v_row.orders_arrived,
        orders_in_hand = v_row.orders_in_hand,
        own_orders = v_row.own_orders,
        orders_withheld = v_row.orders_withheld,
        ends_as = v_row.ends_as,
        fence = v_row.fence,
        lease_until = v_row.lease_until,
        drive_attempt = v_row.drive_attempt,
        taken_over = v_row.taken_over,
        opened_at = v_row.opened_at,
        activated_at = v_row.activated_at,
        move = write_move.move,
        move_details = write_move.details
    where p.id = v_row.id
    returning p.* into v_row;

    return monitoring.receipt_of(v_row, write_move.outcome, write_move.drives, write_move.is_given);
end
$$;

comment on function monitoring.write_move(monitoring.positions, text, jsonb, text, boolean, boolean) is
'Writes a move of a position, and returns its receipt. A pending_cancels with no order left becomes what it was to be. is_given: this receipt gives a drive that was somebody else''s.';

revoke all on function monitoring.write_move(monitoring.positions, text, jsonb, text, boolean, boolean) from public;

commit;
