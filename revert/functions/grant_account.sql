-- Revert tradelatch:functions/grant_account from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.grant_account;

commit;
