-- Revert tradelatch:functions/restore_backup from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.restore_backup;

commit;
