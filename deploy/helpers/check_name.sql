-- Deploy tradelatch:helpers/check_name to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_name(argument text, value text, longest integer, optional boolean default false)
returns text
language plpgsql
immutable
as $$
begin
    if monitoring.is_name(check_name.value, check_name.longest) is not true then
        perform monitoring.check_text(check_name.argument, check_name.value, check_name.longest, check_name.optional);
        if check_name.value is not null then
            perform monitoring.refuse_argument(check_name.argument, 'must not have invisible characters', check_name.value);
        end if;
    end if;
    return btrim(check_name.value);
end
$$;

comment on function monitoring.check_name(text, text, integer, boolean) is
'The name without surrounding spaces, or 22023 where it is empty, overlong, or has control, bidirectional or invisible characters; null only where it is optional.';

revoke all on function monitoring.check_name(text, text, integer, boolean) from public;

commit;
