-- Verify tradelatch:helpers/findings on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.findings(text, text, text, interval)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 's'
    and p.prorettype = 'tradelatch.finding'::regtype
    and p.proretset
    and p.proconfig @> array['enable_nestloop=off', 'enable_mergejoin=off', 'plan_cache_mode=force_generic_plan']
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
