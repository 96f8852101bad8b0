-- Revert tradelatch:helpers/client_order_id from pg

begin;

drop function monitoring.client_order_id;

commit;
