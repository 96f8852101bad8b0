-- Revert tradelatch:indexes/positions_order_key from pg

begin;

drop index monitoring.positions_order_key;

commit;
