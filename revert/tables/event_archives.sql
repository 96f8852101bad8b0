-- Revert tradelatch:tables/event_archives from pg

begin;

drop table monitoring.event_archives;

commit;
