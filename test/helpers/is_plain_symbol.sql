-- Symbols that are canonical as they are.

begin;
\ir setup.psql
select plan(25);

select is_internal('monitoring.is_plain_symbol(text)', 'immutable');
select ok(
    monitoring.is_plain_symbol(v.symbol) and tradelatch.normalize_symbol(v.symbol) = v.symbol, v.symbol || ' is canonical'
)
from unnest(array['A', 'APTUSDT', '1000PEPEUSDT', '0', repeat('A', 64)]) as v (symbol);
select ok(not monitoring.is_plain_symbol(v.symbol), 'not ' || left(v.symbol, 40))
from unnest(array[
    '', ' ', 'aptusdt', ' APTUSDT', 'APTUSDT ', E'APTUSDT\n', 'APT/USDT', 'APT/USDT:USDT', 'BTCUSDT-261225', 'BTCUSD:BTC', 'A_B', 'APTUSDTPERP', 'BTCPERP',
    repeat('A', 65), U&'\00c4', U&'\FF21'
]) as v (symbol);
select is(monitoring.is_plain_symbol(null), null, 'null for null');

select * from finish();
rollback;
