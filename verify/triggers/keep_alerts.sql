-- Verify tradelatch:triggers/keep_alerts on pg

begin;

select 1 / (count(*) = 4)::integer
from (
    values
    -- before each statement (2) of update (16), delete (8), truncate (32); before delete, for each row (1)
    ('monitoring.alerts', 'alerts_refuse_change', 'monitoring.refuse_log_change()', 58),
    ('monitoring.alerts', 'alerts_keep', 'monitoring.keep_alert()', 11),
    ('monitoring.health_findings', 'health_findings_refuse_removal', 'monitoring.refuse_log_change()', 42),
    ('monitoring.health_findings', 'health_findings_keep', 'monitoring.keep_finding()', 11)
) as w (relation, name, calls, type)
inner join pg_catalog.pg_trigger as t
    on t.tgrelid = w.relation::regclass
        and t.tgname = w.name
        and t.tgfoid = w.calls::regprocedure
        and t.tgtype = w.type
        and t.tgqual is null
        and t.tgenabled = 'O';

select 1 / (count(*) = 2)::integer
from pg_catalog.pg_proc as p
where p.oid in ('monitoring.keep_alert()'::regprocedure, 'monitoring.keep_finding()'::regprocedure)
    and p.proowner = 'tradelatch_owner'::regrole
    and not p.prosecdef
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
