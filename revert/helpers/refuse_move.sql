-- Revert tradelatch:helpers/refuse_move from pg

begin;

drop function monitoring.refuse_move;

commit;
