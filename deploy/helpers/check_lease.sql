-- Deploy tradelatch:helpers/check_lease to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_lease(lease interval)
returns interval
language plpgsql
immutable
as $$
begin
    if (
        check_lease.lease > interval '0'
        and check_lease.lease <= interval '3650 days'
        and monitoring.is_exact(check_lease.lease)
    ) is not true then
        perform monitoring.refuse_argument(
            'lease', 'must be above 0 and at most 3650 days, without months and years', check_lease.lease::text
        );
    end if;
    return monitoring.in_seconds(check_lease.lease);
end
$$;

comment on function monitoring.check_lease(interval) is 'The lease in seconds, or 22023 where it is null, not above 0, over 3650 days, or has months or years.';

revoke all on function monitoring.check_lease(interval) from public;

commit;
