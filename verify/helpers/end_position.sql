-- Verify tradelatch:helpers/end_position on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.end_position(uuid, bigint, text, text, text, jsonb)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'v'
    and p.prorettype = 'void'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
