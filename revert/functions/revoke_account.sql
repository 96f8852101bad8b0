-- Revert tradelatch:functions/revoke_account from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.revoke_account;

commit;
