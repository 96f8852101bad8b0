-- Verify tradelatch:helpers/quantity_to_close on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.quantity_to_close(numeric, numeric, numeric)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'i'
    and p.prorettype = 'numeric'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

select 1 / (
    monitoring.quantity_to_close(10, 4, 4) = 10
    and monitoring.quantity_to_close(10, 10, 7) = 7
)::integer;

rollback;
