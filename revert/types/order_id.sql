-- Revert tradelatch:types/order_id from pg

\ir ../../deploy/settings.psql

begin;

drop domain monitoring.order_id;

commit;
