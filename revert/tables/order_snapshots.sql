-- Revert tradelatch:tables/order_snapshots from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.order_snapshots;

commit;
