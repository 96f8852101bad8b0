-- Verify tradelatch:types/request on pg

begin;

select 1 / count(*)
from pg_catalog.pg_type as t
where t.oid = 'monitoring.request'::regtype
    and t.typowner = 'tradelatch_owner'::regrole
    and t.typbasetype = 'text'::regtype
    and not pg_catalog.has_type_privilege('public', t.oid, 'usage');

select 'signal:1'::monitoring.request;

do $$
declare
    v_bad text;
begin
    foreach v_bad in array array['', E'a\rb', repeat('x', 201)]::text[] loop
        begin
            perform v_bad::monitoring.request;
        exception
            when check_violation then continue;
        end;
        raise exception 'monitoring.request takes %', v_bad;
    end loop;
end
$$;

rollback;
