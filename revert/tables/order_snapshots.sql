-- Revert tradelatch:tables/order_snapshots from pg

\ir ../../deploy/settings.psql

begin;

drop table monitoring.order_snapshots;

commit;
