-- Revert tradelatch:tables/account_grants from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.account_grants;

commit;
