-- Revert tradelatch:helpers/check_lease from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_lease;

commit;
