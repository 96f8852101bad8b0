-- Revert tradelatch:helpers/entry_order from pg

begin;

drop function monitoring.entry_order;

commit;
