-- Revert tradelatch:functions/lock_holders from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.lock_holders;

commit;
