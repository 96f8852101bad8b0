-- Revert tradelatch:types/account from pg

\ir ../../deploy/settings.psql

begin;

drop domain monitoring.account;

commit;
