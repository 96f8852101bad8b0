-- Revert tradelatch:functions/cleanup from pg

begin;

drop function tradelatch.cleanup;

commit;
