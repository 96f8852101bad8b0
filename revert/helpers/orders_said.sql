-- Revert tradelatch:helpers/orders_said from pg

begin;

drop function monitoring.orders_said;

commit;
