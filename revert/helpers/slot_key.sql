-- Revert tradelatch:helpers/slot_key from pg

begin;

drop function monitoring.slot_key;

commit;
