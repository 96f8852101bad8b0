-- Revert tradelatch:helpers/without_workers from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.without_workers;

commit;
