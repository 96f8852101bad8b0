-- Revert tradelatch:helpers/read_snapshot from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.read_snapshot;

commit;
