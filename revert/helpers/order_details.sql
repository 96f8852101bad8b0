-- Revert tradelatch:helpers/order_details from pg

begin;

drop function monitoring.order_details;

commit;
