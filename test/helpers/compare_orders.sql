-- Where a list of orders is not what the book has; test/functions/reconcile_orders.sql has each case.

begin;
\ir setup.psql
select plan(3);

select is_internal('monitoring.compare_orders(text, text, monitoring.positions[], monitoring.seen_order[], timestamptz, boolean, text[])', 'stable');

select * from finish();
rollback;
