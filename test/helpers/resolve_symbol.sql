-- What a spelling stands for on an exchange.

begin;
\ir setup.psql
select plan(11);

insert into monitoring.symbol_aliases (exchange, alias, symbol) values ('bybit', 'BTCPERP', 'BTCUSDC'), ('bybit', 'BTC-26DEC26', 'BTCUSDC-261226');
select monitoring.make_known_aliases();
select is_internal('monitoring.resolve_symbol(text, text)', 'stable');
select is(answer(format('monitoring.resolve_symbol(%L, %L)', v.exchange, v.symbol)), v.said, coalesce(v.symbol, 'null') || ' on ' || v.exchange)
from (values
    ('bybit', 'BTCPERP', 'BTCUSDC'),
    ('bybit', ' btcperp ', 'BTCUSDC'),
    ('bybit', 'btc-26dec26', 'BTCUSDC-261226'),
    ('binance', 'BTCPERP', 'BTCPERP'),
    ('bybit', 'BTC/USDC:USDC', 'BTCUSDC'),
    ('bybit', 'APT-USDT-SWAP', 'APTUSDT'),
    ('bybit', 'BTC/', '22023 symbol'),
    ('bybit', null, '22023 symbol')
) as v (exchange, symbol, said);

select * from finish();
rollback;
