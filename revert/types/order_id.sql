-- Revert tradelatch:types/order_id from pg

begin;

drop domain monitoring.order_id;

commit;
