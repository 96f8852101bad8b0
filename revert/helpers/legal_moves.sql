-- Revert tradelatch:helpers/legal_moves from pg

begin;

drop function monitoring.legal_moves;

commit;
