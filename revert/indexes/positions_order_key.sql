-- Revert tradelatch:indexes/positions_order_key from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql
\ir ../../deploy/adoption/lock.psql

drop index monitoring.positions_order_key;

commit;
