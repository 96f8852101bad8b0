-- Revert tradelatch:helpers/is_name from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.is_name;

commit;
