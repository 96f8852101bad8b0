-- Revert tradelatch:functions/archive_events from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.archive_events;

commit;
