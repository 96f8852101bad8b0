-- Revert tradelatch:helpers/orders_said from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.orders_said;

commit;
