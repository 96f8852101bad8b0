-- Revert tradelatch:functions/archive_alerts from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.archive_alerts;

commit;
