-- Revert tradelatch:helpers/order_kind from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.order_kind;

commit;
