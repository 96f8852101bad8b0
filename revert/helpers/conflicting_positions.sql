-- Revert tradelatch:helpers/conflicting_positions from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.conflicting_positions;

commit;
