-- Verify tradelatch:helpers/is_coherent on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.is_coherent(text, timestamptz, numeric, text, text)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'i'
    and p.prorettype = 'boolean'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

select 1 / (
    monitoring.is_coherent('active', null, 1, 'long', 'both')
    and not monitoring.is_coherent('active', null, null, 'long', 'both')
    and not monitoring.is_coherent('active', now(), 1, 'long', 'both')
    and not monitoring.is_coherent('closed', null, 1, 'long', 'both')
    and not monitoring.is_coherent('unknown', null, 1, 'long', 'both')
    and not monitoring.is_coherent('pending_sl', null, null, 'long', 'short')
)::integer;

rollback;
