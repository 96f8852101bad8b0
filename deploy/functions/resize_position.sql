-- Deploy tradelatch:functions/resize_position to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.resize_position(
    position_id bigint,
    quantity numeric,
    reason text,
    average_price numeric default null,
    realized_pnl numeric default null,
    fence bigint default null,
    orders_ended text[] default '{}',
    attempt uuid default null,
    lease interval default '1 minute',
    observed_at timestamptz default null
)
returns tradelatch.receipt
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_ended text[] := monitoring.check_orders('orders_ended', resize_position.orders_ended);
    v_arguments jsonb := jsonb_build_object(
        'quantity', monitoring.check_amount('quantity', resize_position.quantity),
        'reason', monitoring.check_text('reason', resize_position.reason, 1000),
        'average_price', monitoring.check_amount('average_price', resize_position.average_price, true),
        'realized_pnl', monitoring.check_money('realized_pnl', resize_position.realized_pnl),
        'attempt', resize_position.attempt
    );
    v_details jsonb := v_arguments || monitoring.orders_said(v_ended, '{}');
    v_lease interval := monitoring.check_lease(resize_position.lease);
    v_position monitoring.positions := monitoring.lock_position(resize_position.position_id, resize_position.fence, true);
    v_before monitoring.positions := v_position;
    v_entry text := monitoring.entry_order(v_position.origin, v_position.order_key, v_position.exchange_order_id);
    v_is_driver boolean := resize_position.fence is not null;
    v_drives boolean;
begin
    if monitoring.is_known_attempt(resize_position.attempt, v_position.id, 'resize_position', v_arguments)
        or v_position.status in ('pending_sl', 'pending_close', 'pending_rollback')
        and monitoring.is_latest_move(v_position.id, 'resize_position', v_arguments)
    then
        return monitoring.replay(
            v_position, v_is_driver,
            v_is_driver or coalesce(v_position.drive_attempt = resize_position.attempt, false), v_ended, true
        );
    elsif v_position.status not in ('active', 'pending_sl')
        and (v_position.status not in ('pending_close', 'pending_rollback', 'pending_cancels') or not v_is_driver)
    then
        perform monitoring.refuse_move(
            v_position, 'resize_position',
            case when v_position.status in ('pending_close', 'pending_rollback', 'pending_cancels') then 'its driver alone resizes it' end
        );
    end if;
    perform monitoring.check_unmoved(v_position, resize_position.observed_at);
    if v_position.exposure_at = resize_position.observed_at then
        v_details := v_details || '{"reckoned": true}';
    end if;

    -- On active at once, and wherever nobody drives; else it is the driver's.
    v_drives := v_is_driver or v_position.status = 'active' or not monitoring.is_driven(v_position, clock_timestamp());

    v_position := monitoring.hold_order(v_position);
    if v_drives then
        v_position := monitoring.take_drive(v_position, v_is_driver, v_lease, resize_position.attempt);
    end if;
    if v_position.status in ('active', 'pending_sl') then
        v_position.status := 'pending_sl';
        v_position.stop_loss_attempt := v_before.stop_loss_attempt + 1;
        v_position.stop_loss_sized := v_position.stop_loss_attempt;
    else
        if v_position.status = 'pending_cancels' then
            v_position.status := case v_position.ends_as when 'closed' then 'pending_close' else 'pending_rollback' end;
        end if;
        v_position.close_attempt := v_before.close_attempt + 1;
        v_position.close_quantity := resize_position.quantity;
    end if;
    v_position.open_quantity := resize_position.quantity;
    v_position.average_price := coalesce(resize_position.average_price, v_position.average_price);
    v_position.realized_pnl := coalesce(resize_position.realized_pnl, v_position.realized_pnl);

    v_position := monitoring.note_orders(v_position, v_ended, '{}', v_is_driver, true);
    -- The quantity is said to have the entry's fill in it: nothing more may come of it.
    if monitoring.may_end(v_position, v_entry, true) is not null then
        perform monitoring.refuse_move(
            v_before, 'resize_position', 'its entry may still fill: name it in orders_ended when it has ended, or confirm_entry'
        );
    end if;
    return monitoring.write_move(
        v_position, 'resize_position', v_details,
        case when v_drives and not v_is_driver and v_before.status = 'pending_sl' then 'claimed' else 'ok' end,
        v_drives, v_drives and not v_is_driver
    );
end
$$;

comment on function tradelatch.resize_position(bigint, numeric, text, numeric, numeric, bigint, text[], uuid, interval, timestamptz) is
$$The position was added to, or partly closed: active or pending_sl becomes pending_sl, with a stop-loss for what is open now, cancelling the
ones before. By the driver of a pending_close, pending_rollback or pending_cancels: the receipt has the close for what is open.
quantity: the open quantity as it is now, the entry's fill included, in units of the base asset; all of it gone is confirm_close. The entry has
ended, or is named in orders_ended. observed_at: by the database's clock, when the look began by which the quantity was reckoned: that at
the exchange, or exposure_at of the row that a fill was added to (what other orders filled is not in it); TL009 when the exposure moved
since. average_price: of what is open, in units of the quote asset. realized_pnl: so far, in the settle currency. Null leaves what is
known. reason: at most 1000 characters. attempt: this call and its retries. lease: how long the caller may send orders.
An active position, and one that nobody drives, is the caller's to drive. Without the fence of a driver, a pending_sl stays its driver's: the
quantity is recorded, and the driver's next receipt has the new stop-loss.
Outcomes: ok; claimed; replayed.
Errors: 22023; TL002, also while the entry may still fill; TL003 a fence that is not the current one; TL004; TL005 the attempt was another call;
TL009; 55P03.$$;

revoke all on function tradelatch.resize_position(
    bigint, numeric, text, numeric, numeric, bigint, text[], uuid, interval, timestamptz
) from public;
grant execute on function tradelatch.resize_position(
    bigint, numeric, text, numeric, numeric, bigint, text[], uuid, interval, timestamptz
) to tradelatch_bot;

commit;
