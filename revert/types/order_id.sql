-- Revert tradelatch:types/order_id from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop domain monitoring.order_id;

commit;
