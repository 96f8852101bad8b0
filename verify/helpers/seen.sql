-- Verify tradelatch:helpers/seen on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.seen(monitoring.evidence)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 's'
    and p.prorettype = 'jsonb'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

select 1 / (
    monitoring.seen(
        jsonb_populate_record(null::monitoring.evidence, '{"side": "long", "first_seen_at": "2026-01-01"}')
    ) ->> 'side' = 'long'
)::integer;

rollback;
