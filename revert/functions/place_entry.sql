-- Revert tradelatch:functions/place_entry from pg

begin;

drop function tradelatch.place_entry;

commit;
