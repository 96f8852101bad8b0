-- Revert tradelatch:helpers/is_name from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_name;

commit;
