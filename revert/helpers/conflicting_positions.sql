-- Revert tradelatch:helpers/conflicting_positions from pg

begin;

drop function monitoring.conflicting_positions;

commit;
