-- Verify tradelatch:helpers/read_snapshot on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.read_snapshot(text, text, jsonb, timestamptz)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 's'
    and p.prorettype = 'monitoring.sightings'::regtype
    and p.proretset
    and p.proconfig @> array['enable_nestloop=off', 'enable_mergejoin=off', 'plan_cache_mode=force_generic_plan']
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
