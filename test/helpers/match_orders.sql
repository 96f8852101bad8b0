-- Which orders a list shows; test/functions/reconcile_orders_list.sql has each case.

begin;
\ir setup.psql
select plan(3);

select is_internal('monitoring.match_orders(monitoring.positions[], monitoring.seen_order[])', 'stable');

select * from finish();
rollback;
