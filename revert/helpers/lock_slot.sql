-- Revert tradelatch:helpers/lock_slot from pg

begin;

drop function monitoring.lock_slot;

commit;
