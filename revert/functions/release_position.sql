-- Revert tradelatch:functions/release_position from pg

begin;

drop function tradelatch.release_position;

commit;
