-- Revert tradelatch:functions/confirm_entry from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.confirm_entry;

commit;
