-- Revert tradelatch:tables/marks from pg

begin;

drop table monitoring.marks;

commit;
