-- Revert tradelatch:helpers/lock_position from pg

begin;

drop function monitoring.lock_position;

commit;
