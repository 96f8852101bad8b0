-- Revert tradelatch:helpers/check_orders from pg

begin;

drop function monitoring.check_orders;

commit;
