-- Revert tradelatch:helpers/is_driven from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.is_driven;

commit;
