-- Revert tradelatch:helpers/order_details from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.order_details;

commit;
