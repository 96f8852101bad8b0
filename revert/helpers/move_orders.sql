-- Revert tradelatch:helpers/move_orders from pg

begin;

drop function monitoring.move_orders;

commit;
