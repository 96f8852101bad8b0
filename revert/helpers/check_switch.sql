-- Revert tradelatch:helpers/check_switch from pg

begin;

drop function monitoring.check_switch;

commit;
