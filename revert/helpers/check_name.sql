-- Revert tradelatch:helpers/check_name from pg

begin;

drop function monitoring.check_name;

commit;
