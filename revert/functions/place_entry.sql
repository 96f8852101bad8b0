-- Revert tradelatch:functions/place_entry from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.place_entry;

commit;
