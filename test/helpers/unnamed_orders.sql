-- What * stands for in a list; test/functions/reconcile_orders.sql has each case.

begin;
\ir setup.psql
select plan(3);

select is_internal('monitoring.unnamed_orders(monitoring.positions[], monitoring.seen_order[])', 'stable');

select * from finish();
rollback;
