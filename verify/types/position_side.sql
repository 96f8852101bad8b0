-- Verify tradelatch:types/position_side on pg

begin;

select 1 / count(*)
from pg_catalog.pg_type as t
where t.oid = 'monitoring.position_side'::regtype
    and t.typowner = 'tradelatch_owner'::regrole
    and t.typbasetype = 'text'::regtype
    and not pg_catalog.has_type_privilege('public', t.oid, 'usage');

select 'both'::monitoring.position_side;

do $$
declare
    v_bad text;
begin
    foreach v_bad in array array['hedge', '']::text[] loop
        begin
            perform v_bad::monitoring.position_side;
        exception
            when check_violation then continue;
        end;
        raise exception 'monitoring.position_side takes %', v_bad;
    end loop;
end
$$;

rollback;
