-- Revert tradelatch:functions/create_position from pg

begin;

drop function tradelatch.create_position;

commit;
