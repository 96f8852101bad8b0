-- Deploy tradelatch:functions/fail_position to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

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
    v_before monitoring.positions := v_position;
    v_entry text := monitoring.entry_order(v_position.origin, v_position.order_key, v_position.exchange_order_id);
begin
    if v_position.status = 'failed' and monitoring.is_latest_move(v_position.id, 'fail_position', v_arguments) then
        return monitoring.receipt_of(v_position, 'replayed', true);
    elsif v_position.status <> 'pending_entry' then
        perform monitoring.refuse_move(v_position, 'fail_position');
    elsif v_entry = any (v_position.orders_arrived) then
        perform monitoring.refuse_move(v_position, 'fail_position', 'its entry order arrived');
    elsif v_entry is not null and not coalesce(v_position.orders_in_hand ? v_entry, false) then
        -- An order is judged never sent by somebody else than its sender.
        perform monitoring.refuse_move(v_position, 'fail_position', 'fail_position needs a fence from claim_stale or take_over');
    elsif monitoring.may_end(v_position, v_entry, true) is false then
        perform monitoring.refuse_end(v_position, v_entry, 'fail_position');
    end if;

    v_position.status := 'failed';
    v_position.exit_reason := fail_position.reason;
    v_position := monitoring.end_order(v_position, v_entry);
    if monitoring.orders_left(v_position) <> '{}' then
        perform monitoring.refuse_move(v_before, 'fail_position', 'another order of it is left, roll it back');
    end if;
    return monitoring.write_move(v_position, 'fail_position', v_arguments, 'ok', true);
end
$$;

comment on function tradelatch.fail_position(bigint, bigint, text) is
$$Recovery proved that the entry order was never sent: pending_entry becomes failed, and the slot is free.
Needs a fence from claim_stale or take_over, after the lease and the grace time of the caller that created the position.
Outcomes: ok; replayed.
Errors: 22023; TL002, also while a driver before may still send the entry (DETAIL: until when), and while another order is left; TL003; TL004; 55P03.$$;

revoke all on function tradelatch.fail_position(bigint, bigint, text) from public;
grant execute on function tradelatch.fail_position(bigint, bigint, text) to tradelatch_bot;

commit;
