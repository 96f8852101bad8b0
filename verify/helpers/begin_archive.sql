-- Verify tradelatch:helpers/begin_archive on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.begin_archive(interval, text, integer)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'v'
    and p.prorettype = 'bigint'::regtype
    and not p.prosecdef
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
