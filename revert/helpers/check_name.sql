-- Revert tradelatch:helpers/check_name from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_name;

commit;
