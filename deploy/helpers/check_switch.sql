-- Deploy tradelatch:helpers/check_switch to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_switch(argument text, value boolean)
returns boolean
language plpgsql
immutable
as $$
begin
    if check_switch.value is null then
        perform monitoring.refuse_argument(check_switch.argument, 'must be true or false');
    end if;
    return check_switch.value;
end
$$;

comment on function monitoring.check_switch(text, boolean) is 'True or false; 22023 where it is null.';

revoke all on function monitoring.check_switch(text, boolean) from public;

commit;
