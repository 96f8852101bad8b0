-- Deploy tradelatch:helpers/check_side to pg

begin;

set local role tradelatch_owner;

create function monitoring.check_side(side text, argument text default 'side')
returns text
language plpgsql
immutable
as $$
declare
    v_side text := lower(btrim(check_side.side));
begin
    if v_side is null or v_side not in ('long', 'short') then
        perform monitoring.refuse_argument(check_side.argument, 'must be long or short', check_side.side);
    end if;
    return v_side;
end
$$;

comment on function monitoring.check_side(text, text) is 'long or short, or 22023. Case and surrounding blanks do not matter.';

revoke all on function monitoring.check_side(text, text) from public;

commit;
