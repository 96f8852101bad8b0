-- Verify tradelatch:types/percent on pg

begin;

select 1 / count(*)
from pg_catalog.pg_type as t
where t.oid = 'monitoring.percent'::regtype
    and t.typowner = 'tradelatch_owner'::regrole
    and t.typbasetype = 'numeric'::regtype
    and not pg_catalog.has_type_privilege('public', t.oid, 'usage');

select 99.9::monitoring.percent;

do $$
declare
    v_bad numeric;
begin
    foreach v_bad in array array[0, 100, 'NaN']::numeric[] loop
        begin
            perform v_bad::monitoring.percent;
        exception
            when check_violation then continue;
        end;
        raise exception 'monitoring.percent takes %', v_bad;
    end loop;
end
$$;

rollback;
