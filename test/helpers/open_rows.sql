-- The open rows of an account; test/functions/reconcile_orders_list.sql has each case.

begin;
\ir setup.psql
select plan(3);

select is_internal('monitoring.open_rows(text, text)', 'stable');

select * from finish();
rollback;
