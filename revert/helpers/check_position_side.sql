-- Revert tradelatch:helpers/check_position_side from pg

begin;

drop function monitoring.check_position_side;

commit;
