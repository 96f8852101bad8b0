-- The checks of lists of orders, of one exchange, one account and some symbols; test/functions/reconcile_orders.sql has each check.

begin;
\ir ../functions/setup.psql
\ir ../functions/evidence.psql
\ir setup.psql
select plan(13);

select is_internal('monitoring.order_findings(text, text, text[])', 'stable');

select is_empty('select * from monitoring.order_findings(null, null, null)', 'nothing was seen');
call given('A1USDT', 'active');
call given('A2USDT', 'active');
call later('1 hour');
select list('{A2USDT s1 sell 9 95}', '1 minute', max_missing => 0);
select list('{A2USDT s1 sell 9 95}', '50 seconds');
select list('{A2USDT s1 sell 9 95}', '40 seconds');
select list('{A2USDT s1 sell 9 95}', '30 seconds', max_missing => 0);
select is(
    (
        select array_agg(concat_ws(' ', f.exchange, f.account, f.check_name, f.symbol) order by f.symbol)
        from monitoring.order_findings(v.exchange, v.account, v.symbols) as f
    ),
    v.found,
    format('exchange %s, account %s, symbols %s', v.exchange, v.account, v.symbols)
)
from (values
    (
        null, null, null::text[],
        '{"binance default no_stop_loss A1USDT","binance default stop_mismatch A2USDT","binance default snapshot_suspect"}'::text[]
    ),
    (
        'binance', 'default', null,
        '{"binance default no_stop_loss A1USDT","binance default stop_mismatch A2USDT","binance default snapshot_suspect"}'
    ),
    (null, null, '{A1USDT,A1USDT,NONEUSDT}', '{"binance default no_stop_loss A1USDT"}'),
    ('binance', 'default', '{A2USDT}', '{"binance default stop_mismatch A2USDT"}'),
    (null, null, '{}', null),
    ('bybit', null, null, null),
    (null, 'second', null, null)
) as v (exchange, account, symbols, found);
select (tradelatch.release_position(id('A1USDT'), 'x')).status;
select is(
    (select array_agg(f.check_name || ' ' || f.symbol) from monitoring.order_findings(null, null, '{A1USDT,A2USDT}') as f),
    '{"stop_mismatch A2USDT"}'::text[], 'what was seen of one that is over says nothing'
);
select is(
    (select array_agg(line(f)) from tradelatch.diagnose() as f where f.check_name <> 'snapshot_suspect'),
    '{"warning stop_mismatch A2USDT both active: look at its stop-loss, then update_stop_loss or replace_stop_loss"}'::text[],
    'diagnose has them'
);

select * from finish();
rollback;
