-- Revert tradelatch:functions/begin_close from pg

begin;

drop function tradelatch.begin_close;

commit;
