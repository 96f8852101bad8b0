-- Revert tradelatch:functions/after_restore from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.after_restore;

commit;
