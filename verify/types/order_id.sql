-- Verify tradelatch:types/order_id on pg

begin;

select 1 / count(*)
from pg_catalog.pg_type as t
where t.oid = 'monitoring.order_id'::regtype
    and t.typowner = 'tradelatch_owner'::regrole
    and t.typbasetype = 'text'::regtype
    and not pg_catalog.has_type_privilege('public', t.oid, 'usage');

select '53190368'::monitoring.order_id;

do $$
declare
    v_bad text;
begin
    foreach v_bad in array array['', E'a\u0085b', repeat('x', 101)]::text[] loop
        begin
            perform v_bad::monitoring.order_id;
        exception
            when check_violation then continue;
        end;
        raise exception 'monitoring.order_id takes %', v_bad;
    end loop;
end
$$;

rollback;
