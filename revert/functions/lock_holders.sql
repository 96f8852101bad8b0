-- Revert tradelatch:functions/lock_holders from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.lock_holders;

commit;
