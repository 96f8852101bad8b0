-- Revert tradelatch:helpers/compare_orders from pg

begin;

drop function monitoring.compare_orders;

commit;
