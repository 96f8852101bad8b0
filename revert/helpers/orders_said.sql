-- Revert tradelatch:helpers/orders_said from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.orders_said;

commit;
