-- Deploy tradelatch:helpers/check_percent to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_percent(argument text, value numeric)
returns numeric
language plpgsql
immutable
as $$
begin
    if not (check_percent.value > 0 and check_percent.value < 100) then
        perform monitoring.refuse_argument(check_percent.argument, 'must be above 0 and below 100', check_percent.value::text);
    end if;
    return check_percent.value;
end
$$;

comment on function monitoring.check_percent(text, numeric) is 'The percentage, or 22023 where it is not above 0 and below 100. Null for null.';

revoke all on function monitoring.check_percent(text, numeric) from public;

commit;
