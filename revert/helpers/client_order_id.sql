-- Revert tradelatch:helpers/client_order_id from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.client_order_id;

commit;
