-- Verify tradelatch:helpers/carry_out on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.carry_out(tradelatch.finding, text, text, uuid)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'v'
    and p.prorettype = 'tradelatch.cleanup_action'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
