-- Revert tradelatch:tables/event_archives from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.event_archives;

commit;
