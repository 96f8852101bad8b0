-- Verify tradelatch:triggers/refuse_removal on pg

begin;

select 1 / count(*)
from pg_catalog.pg_trigger as t
where t.tgrelid = 'monitoring.positions'::regclass
    and t.tgname = 'positions_refuse_removal'
    and t.tgfoid = 'monitoring.refuse_removal()'::regprocedure
    and t.tgtype = 42 -- before delete, truncate, for each statement
    and t.tgqual is null
    and t.tgenabled = 'O';

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.refuse_removal()'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and not p.prosecdef
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
