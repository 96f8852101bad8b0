-- Verify tradelatch:helpers/is_being_restored on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.is_being_restored(bigint)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 's'
    and p.prorettype = 'boolean'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
