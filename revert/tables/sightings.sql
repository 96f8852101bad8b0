-- Revert tradelatch:tables/sightings from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.sightings;

commit;
