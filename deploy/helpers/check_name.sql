-- Deploy tradelatch:helpers/check_name to pg
-- requires: helpers/is_name
-- requires: helpers/check_text

begin;

set local role tradelatch_owner;

create function monitoring.check_name(argument text, value text, longest integer, optional boolean default false)
returns text
language plpgsql
immutable
as $$
declare
    v_value text := monitoring.check_text(check_name.argument, check_name.value, check_name.longest, check_name.optional);
begin
    if not monitoring.is_name(v_value, check_name.longest) then
        perform monitoring.refuse_argument(check_name.argument, 'must not have invisible characters', v_value);
    end if;
    return btrim(v_value);
end
$$;

comment on function monitoring.check_name(text, text, integer, boolean) is
'The name without surrounding spaces, or 22023 where it is empty, overlong, or has control or invisible characters; null only where it is optional.';

revoke all on function monitoring.check_name(text, text, integer, boolean) from public;

commit;
