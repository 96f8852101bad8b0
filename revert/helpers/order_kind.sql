-- Revert tradelatch:helpers/order_kind from pg

begin;

drop function monitoring.order_kind;

commit;
