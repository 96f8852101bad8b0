-- Verify tradelatch:helpers/read_price on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.read_price(text, text, jsonb)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'i'
    and p.prorettype = 'numeric'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

select 1 / (
    monitoring.read_price('x', '1.50', '"1.50"') = 1.5
    and monitoring.read_price('x', '0', '0') is null
)::integer;

rollback;
