-- Revert tradelatch:helpers/orders_to_cancel from pg

begin;

drop function monitoring.orders_to_cancel;

commit;
