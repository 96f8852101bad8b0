-- Revert tradelatch:types/finding from pg

begin;

drop type tradelatch.finding;

commit;
