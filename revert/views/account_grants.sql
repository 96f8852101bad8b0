-- Revert tradelatch:views/account_grants from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop view tradelatch.account_grants;

commit;
