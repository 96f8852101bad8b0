-- Revert tradelatch:helpers/check_name from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.check_name;

commit;
