-- Deploy tradelatch:functions/renew_lease to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.renew_lease(
    position_id bigint,
    fence bigint,
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
    v_lease interval := monitoring.check_lease(renew_lease.lease);
    v_position monitoring.positions := monitoring.lock_position(renew_lease.position_id, renew_lease.fence);
    v_moved record;
begin
    if v_position.closed_at is not null then
        perform monitoring.refuse_move(v_position, 'renew_lease');
    end if;

    -- No event: the status does not change, and neither does the driver.
    update monitoring.positions as p
    set lease_until = greatest(v_position.lease_until, clock_timestamp() + v_lease)
    where p.id = v_position.id
    returning monitoring.receipt_of(p, 'ok', true) as receipt into v_moved;

    return v_moved.receipt;
end
$$;

comment on function tradelatch.renew_lease(bigint, bigint, interval) is
$$The driver goes on: lease_until becomes lease from now, and never falls. Accepted after the lease too, as long as the fence is the current one.
Outcomes: ok. The receipt has the order that is due.
Errors: 22023; TL002 for a position that is over; TL003; TL004; 55P03.$$;

revoke all on function tradelatch.renew_lease(bigint, bigint, interval) from public;
grant execute on function tradelatch.renew_lease(bigint, bigint, interval) to tradelatch_bot;

commit;
