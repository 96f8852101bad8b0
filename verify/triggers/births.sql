-- Verify tradelatch:triggers/births on pg

begin;

select 1 / count(*)
from pg_catalog.pg_trigger as t
where t.tgrelid = 'monitoring.positions'::regclass
    and t.tgname = 'positions_births'
    and t.tgfoid = 'monitoring.log_birth()'::regprocedure
    and t.tgtype = 5 -- after insert, for each row
    and t.tgqual is null
    and t.tgenabled = 'O';

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.log_birth()'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and not p.prosecdef
    and p.proconfig @> array['search_path=pg_catalog, pg_temp']
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
