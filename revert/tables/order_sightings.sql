-- Revert tradelatch:tables/order_sightings from pg

\ir ../../deploy/settings.psql

begin;

drop table monitoring.order_sightings;

commit;
