-- Revert tradelatch:helpers/orders_left from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.orders_left;

commit;
