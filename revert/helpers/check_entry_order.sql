-- Revert tradelatch:helpers/check_entry_order from pg

begin;

drop function monitoring.check_entry_order;

commit;
