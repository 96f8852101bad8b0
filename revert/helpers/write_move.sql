-- Revert tradelatch:helpers/write_move from pg

begin;

drop function monitoring.write_move;

commit;
