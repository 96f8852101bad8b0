-- Revert tradelatch:functions/rollback_position from pg

begin;

drop function tradelatch.rollback_position;

commit;
