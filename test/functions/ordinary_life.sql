-- An ordinary life, called as the client's handles call it, pays nothing for what it does not use: each move is one UPDATE, and none
-- is looked at a second time by the functions that know every case, nor its arguments one by one.

begin;
\ir setup.psql
select plan(6);

set local track_functions = 'all';

create function pg_temp.second_looks()
returns bigint
language sql
return coalesce(pg_stat_get_xact_function_calls('monitoring.check_details'::regproc), 0)
+ coalesce(pg_stat_get_xact_function_calls('monitoring.lock_position'::regproc), 0)
+ coalesce(pg_stat_get_xact_function_calls('monitoring.write_move'::regproc), 0);

create temporary table life as
select r.*
from tradelatch.create_position(
    'binance', 'LIFEUSDT', 'long', 10, 100, request_id => 'signal:1', attempt => gen_random_uuid(), stop_loss_percent => 2
) as r;
select is((select order_kind from life), 'entry', 'opened');

create temporary table filled as
select r.*
from life as l
cross join lateral tradelatch.confirm_entry(
    l.position_id, l.fence, 10, 100.1, '8389765591234567', orders_ended => array[l.order_client_order_id]
) as r;
select is((select (outcome, status, order_kind)::text from filled), '(ok,pending_sl,stop_loss)', 'filled: the entry is said to have ended');

select is(
    (
        select r.status
        from filled as f
        cross join lateral tradelatch.activate_position(
            f.position_id, f.fence, 98, f.order_client_order_id, stop_loss_order_id => '8389765591234568'
        ) as r
    ),
    'active',
    'protected'
);
select is(
    (
        select r.status
        from filled as f
        cross join lateral tradelatch.confirm_close(
            f.position_id, 'stop-loss', array[f.order_client_order_id], 98, -20, attempt => gen_random_uuid()
        ) as r
    ),
    'closed',
    'its stop-loss triggered'
);
select is(pg_temp.second_looks(), 0::bigint, 'each move was one UPDATE');

select is(
    (
        select r.outcome
        from filled as f
        cross join lateral tradelatch.confirm_close(f.position_id, 'stop-loss', exit_price => 98, realized_pnl => -20) as r
    ) || pg_temp.second_looks(),
    'replayed2',
    'a repeated one is looked at'
);

select * from finish();
rollback;
