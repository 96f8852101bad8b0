-- Revert tradelatch:helpers/end_order from pg

begin;

drop function monitoring.end_order;

commit;
