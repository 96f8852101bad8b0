-- Revert tradelatch:functions/confirm_entry from pg

begin;

drop function tradelatch.confirm_entry;

commit;
