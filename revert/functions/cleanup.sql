-- Revert tradelatch:functions/cleanup from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.cleanup;

commit;
