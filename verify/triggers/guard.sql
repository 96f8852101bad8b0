-- Verify tradelatch:triggers/guard on pg

begin;

select 1 / count(*)
from pg_catalog.pg_trigger as t
where t.tgrelid = 'monitoring.positions'::regclass
    and t.tgname = 'positions_guard'
    and t.tgfoid = 'monitoring.guard_position()'::regprocedure
    and t.tgtype = 19 -- before update, for each row
    and t.tgqual is null
    and t.tgenabled = 'O';

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.guard_position()'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.prosecdef
    and p.proconfig @> array['search_path=pg_catalog, pg_temp']
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
