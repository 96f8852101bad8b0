-- Revert tradelatch:functions/begin_close from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.begin_close;

commit;
