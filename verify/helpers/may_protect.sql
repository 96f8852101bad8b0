-- Verify tradelatch:helpers/may_protect on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.may_protect(monitoring.positions, numeric)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'i'
    and p.prorettype = 'boolean'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
