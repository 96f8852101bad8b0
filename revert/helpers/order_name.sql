-- Revert tradelatch:helpers/order_name from pg

begin;

drop function monitoring.order_name;

commit;
