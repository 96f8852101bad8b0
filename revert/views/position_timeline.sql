-- Revert tradelatch:views/position_timeline from pg

begin;

drop view tradelatch.position_timeline;

commit;
