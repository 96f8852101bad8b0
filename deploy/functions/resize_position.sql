-- Deploy tradelatch:functions/resize_position to pg

begin;

set local role tradelatch_owner;

create function tradelatch.resize_position(
    position_id bigint,
    quantity numeric,
    reason text,
    average_price numeric default null,
    realized_pnl numeric default null,
    attempt uuid default null,
    lease interval default '1 minute'
)
returns tradelatch.receipt
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_arguments jsonb := jsonb_build_object(
        'quantity', monitoring.check_amount('quantity', resize_position.quantity),
        'reason', monitoring.check_text('reason', resize_position.reason, 1000),
        'average_price', monitoring.check_amount('average_price', resize_position.average_price, true),
        'realized_pnl', monitoring.check_money('realized_pnl', resize_position.realized_pnl),
        'attempt', resize_position.attempt
    );
    v_lease interval := monitoring.check_lease(resize_position.lease);
    v_position monitoring.positions := monitoring.lock_position(resize_position.position_id, null, true);
    v_moved record;
    v_is_driven boolean := v_position.status <> 'active';
begin
    if monitoring.is_known_attempt(resize_position.attempt, v_position.id, 'resize_position', v_arguments)
        or v_position.status = 'pending_sl'
        and monitoring.is_latest_move(v_position.id, 'resize_position', v_arguments)
    then
        return monitoring.receipt_of(
            v_position, 'replayed', coalesce(v_position.drive_attempt = resize_position.attempt, false)
        );
    end if;

    update monitoring.positions as p
    set
        status = 'pending_sl',
        open_quantity = resize_position.quantity,
        average_price = coalesce(resize_position.average_price, v_position.average_price),
        realized_pnl = coalesce(resize_position.realized_pnl, v_position.realized_pnl),
        -- the stop-loss of the old size goes when the next one is due
        stop_loss_attempt = v_position.stop_loss_attempt + 1,
        stop_loss_orders = monitoring.orders_to_cancel(
            v_position.stop_loss_orders, v_position.order_key, 'stop_loss', v_position.stop_loss_attempt
        ),
        fence = case when v_is_driven then v_position.fence else monitoring.next_fence() end,
        lease_until = case when v_is_driven then v_position.lease_until else clock_timestamp() + v_lease end,
        drive_attempt = case when v_is_driven then v_position.drive_attempt else resize_position.attempt end,
        move = 'resize_position',
        move_details = v_arguments
    where p.id = v_position.id
    returning monitoring.receipt_of(p, 'ok', not v_is_driven) as receipt into v_moved;

    return v_moved.receipt;
end
$$;

comment on function tradelatch.resize_position(bigint, numeric, text, numeric, numeric, uuid, interval) is
$$The position was added to, or partly closed: active or pending_sl becomes pending_sl, with a stop-loss for what is open now.
quantity: the open quantity as it is now, in units of the base asset; all of it gone is confirm_close. average_price: of what is open, in units of the
quote asset. realized_pnl: so far, in the settle currency. Null leaves what is known. reason: at most 1000 characters. attempt: this call and its retries.
lease: how long the caller may send orders.
An active position is the caller's to drive: the receipt has its stop-loss for the new size, cancelling the one before. A pending_sl one stays its
driver's, who is shown neither to others: it gets the new order with its next receipt.
Outcomes: ok; replayed.
Errors: 22023; TL002; TL004; TL005 the attempt was another call; 55P03.$$;

revoke all on function tradelatch.resize_position(bigint, numeric, text, numeric, numeric, uuid, interval) from public;
grant execute on function tradelatch.resize_position(bigint, numeric, text, numeric, numeric, uuid, interval) to tradelatch_bot;

commit;
