-- Revert tradelatch:tables/lock_sightings from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.lock_sightings;

commit;
