-- Revert tradelatch:helpers/order_kind from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.order_kind;

commit;
