-- Revert tradelatch:tables/lock_sightings from pg

\ir ../../deploy/settings.psql

begin;

drop table monitoring.lock_sightings;

commit;
