-- Verify tradelatch:types/origin on pg

begin;

select 1 / count(*)
from pg_catalog.pg_type as t
where t.oid = 'monitoring.origin'::regtype
    and t.typowner = 'tradelatch_owner'::regrole
    and t.typbasetype = 'text'::regtype
    and not pg_catalog.has_type_privilege('public', t.oid, 'usage');

select 'adopted'::monitoring.origin;

do $$
declare
    v_bad text;
begin
    foreach v_bad in array array['found', '']::text[] loop
        begin
            perform v_bad::monitoring.origin;
        exception
            when check_violation then continue;
        end;
        raise exception 'monitoring.origin takes %', v_bad;
    end loop;
end
$$;

rollback;
