-- Revert tradelatch:triggers/keep_events from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop trigger position_events_keep on monitoring.position_events;
drop trigger position_events_refuse_change on monitoring.position_events;
drop function monitoring.keep_event();
drop function monitoring.refuse_log_change();

commit;
