-- A database clock that went back: snapshots count nothing, and somebody is told.

begin;
\ir setup.psql
\ir evidence.psql
select plan(7);

create function told(found tradelatch.finding)
returns text
language sql
return concat_ws(
    ' ', found.severity, found.check_name, found.exchange, found.account, found.symbol,
    case when (found.detail ->> 'observed_at')::timestamptz > (found.detail ->> 'clock')::timestamptz then 'ahead' end
);
create function reconciled()
returns text[]
language sql
return (select array_agg(told(r)) from tradelatch.reconcile('binance', '[]', clock_timestamp()) as r);
create function orders_reconciled()
returns text[]
language sql
return (select array_agg(told(r)) from tradelatch.reconcile_orders('binance', '[]', clock_timestamp()) as r);

select is(reconciled(), null, 'an ordinary snapshot');
select is(orders_reconciled(), null, 'an ordinary list of orders');

-- The clock was two hours ahead when these were recorded.
update monitoring.snapshots as s set observed_at = clock_timestamp() + interval '2 hours';
select is(reconciled(), '{"critical clock_went_back binance default ahead"}'::text[], 'reconcile says that the clock went back');
select is(
    (select array_agg(told(f)) from tradelatch.diagnose() as f), '{"critical clock_went_back binance default ahead"}'::text[],
    'so does diagnose'
);
update monitoring.snapshots as s set observed_at = clock_timestamp() + interval '3 seconds';
select is(reconciled(), null, 'a moment is none');

update monitoring.order_snapshots as s set observed_at = clock_timestamp() + interval '2 hours';
select is(
    orders_reconciled(), '{"critical clock_went_back binance default ahead"}'::text[],
    'reconcile_orders says that the clock went back'
);
update monitoring.snapshots as s set observed_at = clock_timestamp() + interval '2 hours';
select is(
    (select array_agg(told(f)) from tradelatch.diagnose() as f), '{"critical clock_went_back binance default ahead"}'::text[],
    'once for an account'
);

select * from finish();
rollback;
