-- Verify tradelatch:functions/reconcile on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'tradelatch.reconcile(text, jsonb, timestamptz, text, boolean, boolean, boolean, integer)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'v'
    and p.prorettype = 'tradelatch.finding'::regtype
    and p.proretset
    and p.prosecdef
    and p.proconfig @> array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s']
    and p.proconfig @> array['enable_nestloop=off', 'enable_mergejoin=off', 'plan_cache_mode=force_generic_plan']
    and pg_catalog.has_function_privilege('tradelatch_bot', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('tradelatch_reader', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
