-- Revert tradelatch:tables/order_sightings from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.order_sightings;

commit;
