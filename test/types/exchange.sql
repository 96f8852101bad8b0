-- A venue segment in lower case.

begin;
\ir setup.psql
select plan(27);

select is_domain('exchange', 'text');
select takes('exchange', v.value)
from unnest(array['binance', 'binance-coinm', 'a venue', repeat('x', 50)]) as v (value);
select refuses('exchange', v.value)
from unnest(array['', ' ', 'Binance', ' binance', 'binance ', repeat('x', 51)]) as v (value);
select refuses_control_characters('exchange');
select refuses_invisible_characters('exchange');

select * from finish();
rollback;
