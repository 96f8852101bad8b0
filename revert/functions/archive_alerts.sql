-- Revert tradelatch:functions/archive_alerts from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.archive_alerts;

commit;
