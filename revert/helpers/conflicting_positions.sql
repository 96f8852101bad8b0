-- Revert tradelatch:helpers/conflicting_positions from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.conflicting_positions;

commit;
