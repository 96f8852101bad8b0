-- Verify tradelatch:helpers/without_workers on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.without_workers()'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'i'
    and p.proparallel = 'u'
    and p.prorettype = 'bool'::regtype
    and pg_catalog.has_function_privilege('tradelatch_reader', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

select 1 / (
    monitoring.without_workers()
)::integer;

rollback;
