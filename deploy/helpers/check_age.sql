-- Deploy tradelatch:helpers/check_age to pg

begin;

set local role tradelatch_owner;

create function monitoring.check_age(argument text, value interval)
returns interval
language plpgsql
immutable
as $$
begin
    if (check_age.value >= interval '0' and check_age.value <= interval '10 years') is not true then
        perform monitoring.refuse_argument(check_age.argument, 'must be 0 to 10 years', check_age.value::text);
    end if;
    return check_age.value;
end
$$;

comment on function monitoring.check_age(text, interval) is 'The age or grace time, or 22023 where it is null, below 0, or over 10 years.';

revoke all on function monitoring.check_age(text, interval) from public;

commit;
