-- long, short; buy and sell, which open them.

begin;
\ir setup.psql
select plan(16);

select is_internal('monitoring.check_side(text, text)', 'immutable');
select is(monitoring.check_side(v.value), v.side, to_json(v.value) || ' is ' || v.side)
from (values ('long', 'long'), ('short', 'short'), (' Long ', 'long'), ('SHORT', 'short'), ('buy', 'long'), (' Buy ', 'long'), ('SELL', 'short')) as v (value, side);
select is(answer(format('monitoring.check_side(%L)', v.value)), '22023 side', 'refuses ' || coalesce(v.value, 'null'))
from unnest(array[null, '', 'buys', 'both', 'longs', repeat('x', 1000)]) as v (value);

select * from finish();
rollback;
