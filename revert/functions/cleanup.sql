-- Revert tradelatch:functions/cleanup from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.cleanup;

commit;
