-- Deploy tradelatch:functions/take_over to pg

begin;

set local role tradelatch_owner;

create function tradelatch.take_over(position_id bigint, reason text, lease interval default '1 minute')
returns tradelatch.receipt
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_arguments jsonb := jsonb_build_object('reason', monitoring.check_text('reason', take_over.reason, 1000));
    v_lease interval := monitoring.check_lease(take_over.lease);
    v_position monitoring.positions := monitoring.lock_position(take_over.position_id, null, true);
    v_moved record;
begin
    update monitoring.positions as p
    set
        fence = monitoring.next_fence(),
        lease_until = clock_timestamp() + v_lease,
        drive_attempt = null,
        orders_withheld = false,
        taken_over = true,
        -- until then the driver before may still send the entry
        entry_judged_after = coalesce(v_position.entry_judged_after, v_position.lease_until + monitoring.grace()),
        move = 'take_over',
        move_details = v_arguments || jsonb_build_object('lease_ended', v_position.lease_until)
    where p.id = v_position.id
    returning monitoring.receipt_of(p, 'claimed', true) as receipt into v_moved;

    return v_moved.receipt;
end
$$;

comment on function tradelatch.take_over(bigint, text, interval) is
$$Takes an open position over at once, without waiting for its lease; for operators. The driver before is fenced off: its next call is TL003.
It may have sent an order until its own lease ended, so an entry is not judged never sent before that and the grace time.
Orders that were withheld because another row held the slot are given again: whoever calls has looked whose exposure it is.
reason: at most 1000 characters, logged. lease: how long the caller may send orders.
Outcomes: claimed, also when it is called again. A claimed entry is looked up on the exchange by its client order id, never sent.
Errors: 22023; TL002; TL004; 55P03.$$;

revoke all on function tradelatch.take_over(bigint, text, interval) from public;
grant execute on function tradelatch.take_over(bigint, text, interval) to tradelatch_operator;

commit;
