-- Revert tradelatch:functions/confirm_close from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.confirm_close;

commit;
