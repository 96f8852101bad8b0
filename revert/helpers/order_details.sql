-- Revert tradelatch:helpers/order_details from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.order_details;

commit;
