-- Revert tradelatch:views/open_positions from pg

begin;

drop view tradelatch.open_positions;

commit;
