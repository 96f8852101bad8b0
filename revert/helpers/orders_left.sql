-- Revert tradelatch:helpers/orders_left from pg

begin;

drop function monitoring.orders_left;

commit;
