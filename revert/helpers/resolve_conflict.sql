-- Revert tradelatch:helpers/resolve_conflict from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.resolve_conflict;

commit;
