-- Revert tradelatch:types/position_side from pg

begin;

drop domain monitoring.position_side;

commit;
