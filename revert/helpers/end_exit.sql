-- Revert tradelatch:helpers/end_exit from pg

begin;

drop function monitoring.end_exit;

commit;
