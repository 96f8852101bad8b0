-- The entries of a list of orders; test/functions/reconcile_orders_list.sql has each case.

begin;
\ir setup.psql
select plan(3);

select is_internal('monitoring.read_orders(text, jsonb)', 'stable');

select * from finish();
rollback;
