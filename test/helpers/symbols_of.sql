-- What a spelling may stand for.

begin;
\ir setup.psql
select plan(10);

insert into monitoring.symbol_aliases (exchange, alias, symbol)
values ('bybit', 'BTCPERP', 'BTCUSDC'), ('kraken', 'BTCPERP', 'BTCUSD'), ('kraken', 'ETHPERP', 'ETHUSD');
select monitoring.make_known_aliases();
select is_internal('monitoring.symbols_of(text, text)', 'stable');
select is(answer(format('array(select unnest(monitoring.symbols_of(%L, %L)) as s order by s)', v.exchange, v.symbol)), v.said, v.why)
from (values
    ('bybit', 'btcperp', '{BTCUSDC}', 'an id of one exchange'),
    ('binance', 'btcperp', '{BTCPERP}', 'which is none on another one'),
    (null, 'btcperp', '{BTCPERP,BTCUSD,BTCUSDC}', 'on any exchange'),
    (null, 'APT/USDT:USDT', '{APTUSDT}', 'a symbol'),
    (null, 'A/', '22023 symbol', 'no symbol'),
    ('bybit', '', '22023 symbol', 'no symbol on an exchange')
) as v (exchange, symbol, said, why);
select is(monitoring.symbols_of('bybit', null), null, 'null for null');

select * from finish();
rollback;
