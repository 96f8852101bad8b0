-- Revert tradelatch:functions/take_over from pg

begin;

drop function tradelatch.take_over;

commit;
