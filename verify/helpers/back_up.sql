-- Verify tradelatch:helpers/back_up on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.back_up(uuid, monitoring.positions, text, text, boolean)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'v'
    and p.prorettype = 'void'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
