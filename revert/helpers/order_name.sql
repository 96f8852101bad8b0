-- Revert tradelatch:helpers/order_name from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.order_name;

commit;
