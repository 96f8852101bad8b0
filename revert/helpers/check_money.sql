-- Revert tradelatch:helpers/check_money from pg

begin;

drop function monitoring.check_money;

commit;
