-- Revert tradelatch:triggers/positions_moves from pg

begin;

drop trigger positions_moves on monitoring.positions;
drop function monitoring.apply_move();

commit;
