-- Deploy tradelatch:helpers/check_age to pg

begin;

set local role tradelatch_owner;

create function monitoring.check_age(argument text, value interval)
returns interval
language plpgsql
immutable
as $$
begin
    -- date_trunc leaves months and years; a month against days would pass as a length: '-1 month 30 days'
    if (
        date_trunc('month', check_age.value) = interval '0'
        and check_age.value >= interval '0'
        and check_age.value <= interval '3650 days'
    ) is not true then
        perform monitoring.refuse_argument(
            check_age.argument, 'must be 0 to 3650 days, without months and years', check_age.value::text
        );
    end if;
    -- a day is 24 hours, whatever the time zone of the session
    return make_interval(secs => extract(epoch from check_age.value));
end
$$;

comment on function monitoring.check_age(text, interval) is 'The age or grace time in seconds, or 22023 where it is null, below 0, over 3650 days, or has months or years.';

revoke all on function monitoring.check_age(text, interval) from public;

commit;
