-- Revert tradelatch:functions/place_entry from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.place_entry;

commit;
