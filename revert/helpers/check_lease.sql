-- Revert tradelatch:helpers/check_lease from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.check_lease;

commit;
