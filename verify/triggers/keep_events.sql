-- Verify tradelatch:triggers/keep_events on pg

begin;

select 1 / count(*)
from pg_catalog.pg_trigger as t
where t.tgrelid = 'monitoring.position_events'::regclass
    and t.tgname = 'position_events_refuse_change'
    and t.tgfoid = 'monitoring.refuse_log_change()'::regprocedure
    and t.tgtype = 58 -- before update, delete, truncate, for each statement
    and t.tgqual is null
    and t.tgenabled = 'O';

select 1 / count(*)
from pg_catalog.pg_trigger as t
where t.tgrelid = 'monitoring.position_events'::regclass
    and t.tgname = 'position_events_keep'
    and t.tgfoid = 'monitoring.keep_event()'::regprocedure
    and t.tgtype = 11 -- before delete, for each row
    and t.tgqual is null
    and t.tgenabled = 'O';

select 1 / (count(*) = 2)::integer
from pg_catalog.pg_proc as p
where p.oid in ('monitoring.refuse_log_change()'::regprocedure, 'monitoring.keep_event()'::regprocedure)
    and p.proowner = 'tradelatch_owner'::regrole
    and not p.prosecdef
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
