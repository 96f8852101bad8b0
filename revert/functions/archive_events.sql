-- Revert tradelatch:functions/archive_events from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.archive_events;

commit;
