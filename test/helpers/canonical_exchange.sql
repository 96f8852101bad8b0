-- The venue segment.

begin;
\ir setup.psql
select plan(16);

select is_internal('monitoring.canonical_exchange(text)', 'stable');
select is(monitoring.canonical_exchange(v.value), v.exchange, to_json(v.value) || ' is ' || v.exchange)
from (values
    ('binance', 'binance'), (' Binance ', 'binance'), ('binanceusdm', 'binance'), (' BinanceUSDM', 'binance'), ('BYBIT', 'bybit'),
    ('Somewhere Else', 'somewhere else')
) as v (value, exchange);
insert into monitoring.exchange_aliases values ('bybitlinear', 'bybit');
select is(monitoring.canonical_exchange('BybitLinear'), 'bybit', 'an alias that somebody added');
select is(
    answer(format('monitoring.canonical_exchange(%L)', v.value)),
    '22023 exchange',
    'refuses ' || coalesce(to_json(left(v.value, 9))::text, 'null')
)
from unnest(array[null, '', '  ', repeat('x', 51), E'bin\nance', E'\x01']) as v (value);

select * from finish();
rollback;
