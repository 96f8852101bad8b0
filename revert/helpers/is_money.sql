-- Revert tradelatch:helpers/is_money from pg

begin;

drop function monitoring.is_money;

commit;
