-- Deploy tradelatch:functions/begin_close to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

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
    v_is_driver boolean := begin_close.fence is not null;
    v_is_closing boolean := v_position.status = 'pending_close';
    v_was_active boolean := v_position.status = 'active';
    v_in_hand jsonb;
begin
    if monitoring.is_known_attempt(begin_close.attempt, v_position.id, 'begin_close', v_arguments) then
        return monitoring.receipt_of(
            v_position, 'replayed', v_is_driver or v_position.drive_attempt is not distinct from begin_close.attempt,
            not v_is_driver
        );
    elsif v_is_closing and v_is_driver and monitoring.is_latest_move(v_position.id, 'begin_close', v_arguments - 'attempt') then
        return monitoring.receipt_of(v_position, 'replayed', true);
    elsif v_position.status not in ('active', 'pending_sl', 'pending_close') then
        perform monitoring.refuse_move(v_position, 'begin_close');
    end if;

    -- Somebody drives it, and may be sending an order right now.
    if not v_is_driver and not v_was_active and monitoring.is_driven(v_position, clock_timestamp()) then
        return monitoring.receipt_of(v_position, 'existing', false);
    end if;

    v_position := monitoring.take_drive(v_position, v_is_driver, v_lease, begin_close.attempt);
    if not v_is_closing then
        v_in_hand := v_position.orders_in_hand;
        v_position := monitoring.begin_exit(v_position, 'pending_close', begin_close.reason);
        -- Whoever is given the drive was not given the stop-loss that was due until now.
        if not v_is_driver then
            v_position.orders_in_hand := v_in_hand;
        end if;
    end if;
    v_position.exit_reason := begin_close.reason;
    return monitoring.write_move(
        v_position, 'begin_close', v_arguments, case when v_is_driver or v_was_active then 'ok' else 'claimed' end, true
    );
end
$$;

comment on function tradelatch.begin_close(bigint, text, bigint, uuid, interval) is
$$An exit is decided: active or pending_sl becomes pending_close, and the caller drives it.
The receipt cancels the entry unless it ended, and orders of the bot's own, and closes, reduce-only; the stop-losses stay until confirm_close.
active is given at once; pending_sl and pending_close to the driver (who shows its fence), or to anybody after lease and grace time.
reason: at most 1000 characters. attempt: this call and its retries. lease: how long the caller may send orders.
Outcomes: ok; claimed after lease and grace time of somebody else, whose close, if it was begun, is carried on; existing while somebody else drives it; replayed.
Errors: 22023; TL002; TL003 a fence that is not the current one; TL004; TL005 the attempt was another call; 55P03.$$;

revoke all on function tradelatch.begin_close(bigint, text, bigint, uuid, interval) from public;
grant execute on function tradelatch.begin_close(bigint, text, bigint, uuid, interval) to tradelatch_bot;

commit;
