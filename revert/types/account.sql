-- Revert tradelatch:types/account from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop domain monitoring.account;

commit;
