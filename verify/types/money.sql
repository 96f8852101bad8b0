-- Verify tradelatch:types/money on pg

begin;

select 1 / count(*)
from pg_catalog.pg_type as t
where t.oid = 'monitoring.money'::regtype
    and t.typowner = 'tradelatch_owner'::regrole
    and t.typbasetype = 'numeric'::regtype
    and not pg_catalog.has_type_privilege('public', t.oid, 'usage');

select -5::monitoring.money;

do $$
declare
    v_bad numeric;
begin
    foreach v_bad in array array['NaN', '-Infinity', 1e30]::numeric[] loop
        begin
            perform v_bad::monitoring.money;
        exception
            when check_violation then continue;
        end;
        raise exception 'monitoring.money takes %', v_bad;
    end loop;
end
$$;

rollback;
