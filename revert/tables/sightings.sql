-- Revert tradelatch:tables/sightings from pg

\ir ../../deploy/settings.psql

begin;

drop table monitoring.sightings;

commit;
