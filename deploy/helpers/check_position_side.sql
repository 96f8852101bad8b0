-- Deploy tradelatch:helpers/check_position_side to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_position_side(position_side text, side text, argument text default 'position_side')
returns text
language plpgsql
immutable
as $$
declare
    v_position_side text := lower(btrim(check_position_side.position_side));
begin
    if v_position_side is null or v_position_side not in ('both', 'long', 'short') then
        perform monitoring.refuse_argument(
            check_position_side.argument, 'must be both, long or short', check_position_side.position_side
        );
    elsif v_position_side <> 'both' and v_position_side <> check_position_side.side then
        perform monitoring.refuse_argument(
            check_position_side.argument, format('must be both, or equal to side, which is %s', check_position_side.side), v_position_side
        );
    end if;
    return v_position_side;
end
$$;

comment on function monitoring.check_position_side(text, text, text) is
'both, or the side itself, or 22023. Case and surrounding blanks do not matter.';

revoke all on function monitoring.check_position_side(text, text, text) from public;

commit;
