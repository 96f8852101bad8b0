-- Revert tradelatch:helpers/read_snapshot from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.read_snapshot;

commit;
