-- Verify tradelatch:functions/archive_findings on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'tradelatch.archive_findings(interval, integer)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'v'
    and p.prorettype = 'tradelatch.findings'::regtype
    and p.proretset
    and p.prosecdef
    and p.proconfig @> array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s']
    and pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('tradelatch_bot', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
