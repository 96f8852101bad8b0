-- Verify tradelatch:types/reason on pg

begin;

select 1 / count(*)
from pg_catalog.pg_type as t
where t.oid = 'monitoring.reason'::regtype
    and t.typowner = 'tradelatch_owner'::regrole
    and t.typbasetype = 'text'::regtype
    and not pg_catalog.has_type_privilege('public', t.oid, 'usage');

select 'stop-loss failed'::monitoring.reason;

do $$
declare
    v_bad text;
begin
    foreach v_bad in array array['', E'a\x1bb', repeat('x', 1001)]::text[] loop
        begin
            perform v_bad::monitoring.reason;
        exception
            when check_violation then continue;
        end;
        raise exception 'monitoring.reason takes %', v_bad;
    end loop;
end
$$;

rollback;
