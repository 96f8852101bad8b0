-- Revert tradelatch:helpers/read_orders from pg

begin;

drop function monitoring.read_orders;

commit;
