-- Revert tradelatch:helpers/is_latest_move from pg

begin;

drop function monitoring.is_latest_move;

commit;
