-- Verify tradelatch:types/filled_amount on pg

begin;

select 1 / count(*)
from pg_catalog.pg_type as t
where t.oid = 'monitoring.filled_amount'::regtype
    and t.typowner = 'tradelatch_owner'::regrole
    and t.typbasetype = 'numeric'::regtype
    and not pg_catalog.has_type_privilege('public', t.oid, 'usage');

select 0::monitoring.filled_amount;

do $$
declare
    v_bad numeric;
begin
    foreach v_bad in array array[-1, 'NaN', 'Infinity']::numeric[] loop
        begin
            perform v_bad::monitoring.filled_amount;
        exception
            when check_violation then continue;
        end;
        raise exception 'monitoring.filled_amount takes %', v_bad;
    end loop;
end
$$;

rollback;
