-- Revert tradelatch:helpers/order_name from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.order_name;

commit;
