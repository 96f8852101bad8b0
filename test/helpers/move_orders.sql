-- What a list said of the orders of a position; test/functions/reconcile_orders.sql has each case.

begin;
\ir setup.psql
select plan(3);

select is_internal('monitoring.move_orders(bigint, timestamptz, text[], text[], timestamptz)', 'volatile');

select * from finish();
rollback;
