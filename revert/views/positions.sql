-- Revert tradelatch:views/positions from pg

begin;

drop view tradelatch.positions;

commit;
