-- Revert tradelatch:helpers/is_being_restored from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_being_restored;

commit;
