-- Revert tradelatch:tables/event_archives from pg

\ir ../../deploy/settings.psql

begin;

drop table monitoring.event_archives;

commit;
