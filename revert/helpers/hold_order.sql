-- Revert tradelatch:helpers/hold_order from pg

begin;

drop function monitoring.hold_order;

commit;
