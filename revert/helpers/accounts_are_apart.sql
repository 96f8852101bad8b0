-- Revert tradelatch:helpers/accounts_are_apart from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.accounts_are_apart;

commit;
