-- Revert tradelatch:helpers/end_position from pg

begin;

drop function monitoring.end_position;

commit;
