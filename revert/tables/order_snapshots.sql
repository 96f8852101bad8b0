-- Revert tradelatch:tables/order_snapshots from pg

begin;

drop table monitoring.order_snapshots;

commit;
