-- Deploy tradelatch:helpers/check_side to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_side(side text, argument text default 'side')
returns text
language plpgsql
immutable
as $$
declare
    v_side text := case lower(btrim(check_side.side))
        when 'long' then 'long'
        when 'buy' then 'long'
        when 'short' then 'short'
        when 'sell' then 'short'
    end;
begin
    if v_side is null then
        perform monitoring.refuse_argument(check_side.argument, 'must be long, short, buy or sell', check_side.side);
    end if;
    return v_side;
end
$$;

comment on function monitoring.check_side(text, text) is 'long or short, which buy and sell open, or 22023. Case and surrounding blanks do not matter.';

revoke all on function monitoring.check_side(text, text) from public;

commit;
