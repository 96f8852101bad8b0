-- Revert tradelatch:functions/adopt_position from pg

begin;

drop function tradelatch.adopt_position;

commit;
