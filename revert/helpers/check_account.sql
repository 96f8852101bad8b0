-- Revert tradelatch:helpers/check_account from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_account;

commit;
