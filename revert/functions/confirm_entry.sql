-- Revert tradelatch:functions/confirm_entry from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.confirm_entry;

commit;
