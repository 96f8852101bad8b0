-- Deploy tradelatch:functions/take_over to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

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
    v_details jsonb := v_arguments || jsonb_build_object('lease_ended', v_position.lease_until);
begin
    if v_position.closed_at is not null then
        perform monitoring.refuse_move(v_position, 'take_over');
    end if;
    v_position := monitoring.hand_over(v_position, v_lease, null);
    v_position.orders_withheld := false;
    v_position.taken_over := true;
    return monitoring.write_move(v_position, 'take_over', v_details, 'claimed', true, true);
end
$$;

comment on function tradelatch.take_over(bigint, text, interval) is
$$Takes an open position over at once, without waiting for its lease; for operators. The driver before is fenced off: its next call is TL003.
It may have sent an order until its own lease ended: that one is in its hand until then and the grace time, and the receipt has a fresh id.
Orders that were withheld because another row held the slot are given again: whoever calls has looked whose exposure it is.
reason: at most 1000 characters, logged. lease: how long the caller may send orders.
Outcomes: claimed, also when it is called again. A claimed entry is looked up on the exchange by its client order id, never sent.
Errors: 22023; TL002; TL004; 55P03.$$;

revoke all on function tradelatch.take_over(bigint, text, interval) from public;
grant execute on function tradelatch.take_over(bigint, text, interval) to tradelatch_operator;

commit;
