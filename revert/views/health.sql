-- Revert tradelatch:views/health from pg

begin;

drop view tradelatch.health;

commit;
