-- Revert tradelatch:helpers/orders_left from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.orders_left;

commit;
