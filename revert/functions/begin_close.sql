-- Revert tradelatch:functions/begin_close from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.begin_close;

commit;
