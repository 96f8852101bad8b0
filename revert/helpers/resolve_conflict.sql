-- Revert tradelatch:helpers/resolve_conflict from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.resolve_conflict;

commit;
