-- Revert tradelatch:functions/confirm_close from pg

begin;

drop function tradelatch.confirm_close;

commit;
