-- Revert tradelatch:functions/confirm_close from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.confirm_close;

commit;
