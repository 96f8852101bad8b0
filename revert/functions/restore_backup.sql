-- Revert tradelatch:functions/restore_backup from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.restore_backup;

commit;
