-- Verify tradelatch:helpers/make_receipt on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.make_receipt(monitoring.positions, text, boolean, text, text[])'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'i'
    and p.prorettype = 'tradelatch.receipt'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
