-- Revert tradelatch:tables/order_sightings from pg

begin;

drop table monitoring.order_sightings;

commit;
