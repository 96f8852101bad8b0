-- A canonical symbol.

begin;
\ir setup.psql
select plan(29);

select is_domain('symbol', 'text');
select takes('symbol', v.value)
from unnest(array['APTUSDT', 'BTCUSDT-261225', 'BTCUSD:BTC', '1000PEPEUSDT', repeat('X', 64)]) as v (value);
select refuses('symbol', v.value)
from unnest(array['', ' ', 'aptusdt', 'APT/USDT', 'APT USDT', ' APTUSDT', repeat('X', 65)]) as v (value);
select refuses_control_characters('symbol');
select refuses_invisible_characters('symbol');

select * from finish();
rollback;
