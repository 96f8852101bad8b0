-- Revert tradelatch:helpers/begin_exit from pg

begin;

drop function monitoring.begin_exit;

commit;
