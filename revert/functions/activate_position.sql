-- Revert tradelatch:functions/activate_position from pg

begin;

drop function tradelatch.activate_position;

commit;
