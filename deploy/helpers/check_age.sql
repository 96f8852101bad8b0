-- Deploy tradelatch:helpers/check_age to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_age(argument text, value interval, shortest interval default '0')
returns interval
language plpgsql
immutable
as $$
begin
    if (
        check_age.value >= check_age.shortest
        and check_age.value <= interval '36500 days'
        and monitoring.is_exact(check_age.value)
    ) is not true then
        perform monitoring.refuse_argument(
            check_age.argument,
            format('must be %s to 36500 days, without months and years', extract(day from check_age.shortest)),
            check_age.value::text
        );
    end if;
    return monitoring.in_seconds(check_age.value);
end
$$;

comment on function monitoring.check_age(text, interval, interval) is
'The age or grace time in seconds, or 22023 where it is null, below the shortest, over 36500 days, or has months or years.';

revoke all on function monitoring.check_age(text, interval, interval) from public;

commit;
