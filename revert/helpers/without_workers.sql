-- Revert tradelatch:helpers/without_workers from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.without_workers;

commit;
