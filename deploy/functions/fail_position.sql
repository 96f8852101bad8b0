-- Deploy tradelatch:functions/fail_position to pg

begin;

set local role tradelatch_owner;

create function tradelatch.fail_position(
    position_id bigint,
    fence bigint,
    reason text
)
returns tradelatch.receipt
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_arguments jsonb := jsonb_build_object('reason', monitoring.check_text('reason', fail_position.reason, 1000));
    v_position monitoring.positions := monitoring.lock_position(fail_position.position_id, fail_position.fence);
    v_moved record;
begin
    if v_position.status = 'failed' and monitoring.is_latest_move(v_position.id, 'fail_position', v_arguments) then
        return monitoring.receipt_of(v_position, 'replayed', true);
    end if;

    -- An order is judged never sent by somebody else than its sender, and not before it can have shown.
    if v_position.status = 'pending_entry' and (v_position.entry_judged_after <= clock_timestamp()) is not true then
        perform monitoring.refuse_move(
            v_position.id,
            v_position.status,
            'fail_position',
            case
                when v_position.entry_judged_after is null then 'fail_position needs a fence from claim_stale or take_over'
                else format('its entry order may still show, until %s', v_position.entry_judged_after)
            end
        );
    end if;

    update monitoring.positions as p
    set
        status = 'failed',
        exit_reason = fail_position.reason,
        move = 'fail_position',
        move_details = v_arguments
    where p.id = v_position.id
    returning monitoring.receipt_of(p, 'ok', true) as receipt into v_moved;

    return v_moved.receipt;
end
$$;

comment on function tradelatch.fail_position(bigint, bigint, text) is
$$Recovery proved that the entry order was never sent: pending_entry becomes failed, and the slot is free.
Needs a fence from claim_stale or take_over, after the lease and the grace time of the caller that created the position.
Outcomes: ok; replayed.
Errors: 22023; TL002; TL003; TL004; 55P03.$$;

revoke all on function tradelatch.fail_position(bigint, bigint, text) from public;
grant execute on function tradelatch.fail_position(bigint, bigint, text) to tradelatch_bot;

commit;
