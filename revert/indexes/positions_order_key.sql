-- Revert tradelatch:indexes/positions_order_key from pg

\ir ../../deploy/settings.psql

begin;

drop index monitoring.positions_order_key;

commit;
