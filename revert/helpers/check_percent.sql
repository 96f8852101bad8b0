-- Revert tradelatch:helpers/check_percent from pg

begin;

drop function monitoring.check_percent;

commit;
