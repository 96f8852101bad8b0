-- Revert tradelatch:helpers/keep_accounts_apart from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.keep_accounts_apart;

commit;
