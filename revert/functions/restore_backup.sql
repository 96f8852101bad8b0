-- Revert tradelatch:functions/restore_backup from pg

begin;

drop function tradelatch.restore_backup;

commit;
