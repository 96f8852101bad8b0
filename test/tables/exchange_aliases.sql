-- Other names of a venue.

begin;
set local search_path = tap, pg_catalog;
select plan(8);

select table_owner_is('monitoring', 'exchange_aliases', 'tradelatch_owner', 'it is the owner''s');
select col_is_pk('monitoring', 'exchange_aliases', 'alias', 'an alias means one venue');
select col_not_null('monitoring', 'exchange_aliases', 'exchange', 'and it means one');
select is(
    (select array_agg(a.alias || ' ' || a.exchange order by a.alias) from monitoring.exchange_aliases as a),
    array['binanceusdm binance', 'bitfinex2 bitfinex', 'coinbaseadvanced coinbase', 'gateio gate', 'huobi htx', 'huobipro htx',
        'krakenfutures kraken', 'kucoinfutures kucoin', 'okex okx', 'okex3 okx', 'okex5 okx'],
    'ccxt''s names, and those of before'
);
select throws_ok(
    format('insert into monitoring.exchange_aliases values (%L, %L)', v.alias, v.exchange),
    '23514',
    null,
    format('refuses %L for %L: it would never be found', v.alias, v.exchange)
)
from (values ('BinanceUSDM', 'binance'), (' binanceusdm', 'binance'), ('', 'binance'), ('bybitlinear', 'Bybit')) as v (alias, exchange);

select * from finish();
rollback;
