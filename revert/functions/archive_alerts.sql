-- Revert tradelatch:functions/archive_alerts from pg

begin;

drop function tradelatch.archive_alerts;

commit;
