-- Revert tradelatch:tables/sightings from pg

begin;

drop table monitoring.sightings;

commit;
