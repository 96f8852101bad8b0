-- Deploy tradelatch:functions/begin_close to pg

begin;

set local role tradelatch_owner;

create function tradelatch.begin_close(
    position_id bigint,
    reason text,
    fence bigint default null,
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
        'reason', monitoring.check_text('reason', begin_close.reason, 1000),
        'attempt', begin_close.attempt
    );
    v_lease interval := monitoring.check_lease(begin_close.lease);
    v_position monitoring.positions := monitoring.lock_position(begin_close.position_id, begin_close.fence, true);
    v_moved record;
    v_now timestamptz := clock_timestamp();
    v_is_driver boolean := begin_close.fence is not null;
    v_is_closing boolean := v_position.status = 'pending_close';
begin
    if monitoring.is_known_attempt(begin_close.attempt, v_position.id, 'begin_close', v_arguments) then
        return monitoring.receipt_of(
            v_position, 'replayed', v_is_driver or v_position.drive_attempt is not distinct from begin_close.attempt
        );
    elsif v_is_closing and v_is_driver and monitoring.is_latest_move(v_position.id, 'begin_close', v_arguments - 'attempt') then
        return monitoring.receipt_of(v_position, 'replayed', true);
    end if;

    -- Somebody drives it, and may be sending an order right now.
    if v_position.status in ('pending_sl', 'pending_close')
        and not v_is_driver
        and v_now < v_position.lease_until + monitoring.grace()
    then
        return monitoring.receipt_of(v_position, 'existing', false);
    end if;

    update monitoring.positions as p
    set
        status = 'pending_close',
        exit_reason = begin_close.reason,
        fence = case when v_is_driver then v_position.fence else monitoring.next_fence() end,
        lease_until = case
            when v_is_driver then greatest(v_position.lease_until, v_now + v_lease) else v_now + v_lease
        end,
        drive_attempt = case when v_is_driver then v_position.drive_attempt else begin_close.attempt end,
        close_attempt = v_position.close_attempt + (not v_is_closing)::integer,
        close_quantity = case
            when v_is_closing then v_position.close_quantity
            else monitoring.quantity_to_close(v_position.quantity, v_position.filled_quantity, v_position.open_quantity)
        end,
        move = 'begin_close',
        move_details = v_arguments
    where p.id = v_position.id
    returning monitoring.receipt_of(p, case when v_is_closing and not v_is_driver then 'claimed' else 'ok' end, true) as receipt
    into v_moved;

    return v_moved.receipt;
end
$$;

comment on function tradelatch.begin_close(bigint, text, bigint, uuid, interval) is
$$An exit is decided: active or pending_sl becomes pending_close, and the caller drives it.
The receipt cancels the entry unless it is wholly filled, and closes, reduce-only; the stop-loss stays until confirm_close.
active is given at once; pending_sl and pending_close to the driver (who shows its fence), or to anybody after lease and grace time.
reason: at most 1000 characters. attempt: this call and its retries. lease: how long the caller may send orders.
Outcomes: ok; claimed when a close that was begun by somebody else is carried on; existing while somebody else drives it; replayed.
Errors: 22023; TL002; TL003 a fence that is not the current one; TL004; TL005 the attempt was another call; 55P03.$$;

revoke all on function tradelatch.begin_close(bigint, text, bigint, uuid, interval) from public;
grant execute on function tradelatch.begin_close(bigint, text, bigint, uuid, interval) to tradelatch_bot;

commit;
