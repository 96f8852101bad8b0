-- Verify tradelatch:helpers/read_symbol on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.read_symbol(text, jsonb)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'i'
    and p.prorettype = 'text'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

select 1 / (
    monitoring.read_symbol('x', '{"symbol": "apt/usdt"}') = 'APTUSDT'
)::integer;

rollback;
