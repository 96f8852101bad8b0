-- Deploy tradelatch:helpers/check_lease to pg

begin;

set local role tradelatch_owner;

create function monitoring.check_lease(lease interval)
returns interval
language plpgsql
immutable
as $$
begin
    if (check_lease.lease > interval '0' and check_lease.lease <= interval '10 years') is not true then
        perform monitoring.refuse_argument('lease', 'must be above 0 and at most 10 years', check_lease.lease::text);
    end if;
    return check_lease.lease;
end
$$;

comment on function monitoring.check_lease(interval) is 'The lease, or 22023 where it is null, not above 0, or over 10 years.';

revoke all on function monitoring.check_lease(interval) from public;

commit;
