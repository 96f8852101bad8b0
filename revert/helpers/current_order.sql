-- Revert tradelatch:helpers/current_order from pg

begin;

drop function monitoring.current_order;

commit;
