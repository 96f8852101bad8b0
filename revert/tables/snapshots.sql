-- Revert tradelatch:tables/snapshots from pg

begin;

drop table monitoring.snapshots;

commit;
