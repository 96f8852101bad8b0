-- Verify tradelatch:types/side on pg

begin;

select 1 / count(*)
from pg_catalog.pg_type as t
where t.oid = 'monitoring.side'::regtype
    and t.typowner = 'tradelatch_owner'::regrole
    and t.typbasetype = 'text'::regtype
    and not pg_catalog.has_type_privilege('public', t.oid, 'usage');

select 'long'::monitoring.side;

do $$
declare
    v_bad text;
begin
    foreach v_bad in array array['buy', 'Long', '']::text[] loop
        begin
            perform v_bad::monitoring.side;
        exception
            when check_violation then continue;
        end;
        raise exception 'monitoring.side takes %', v_bad;
    end loop;
end
$$;

rollback;
