-- Revert tradelatch:functions/resize_position from pg

begin;

drop function tradelatch.resize_position;

commit;
