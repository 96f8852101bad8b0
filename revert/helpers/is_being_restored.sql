-- Revert tradelatch:helpers/is_being_restored from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.is_being_restored;

commit;
