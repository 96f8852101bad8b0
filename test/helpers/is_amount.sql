-- Quantities and prices.

begin;
\ir setup.psql
select plan(15);

select is_internal('monitoring.is_amount(numeric)', 'immutable');
select ok(monitoring.is_amount(v.value), 'an amount: ' || v.value)
from unnest(array[1e-30, 0.1, 1, 999999999999999999999999999999.999]) as v (value);
select ok(not monitoring.is_amount(v.value), 'no amount: ' || v.value)
from unnest(array[0, -0.1, 'NaN', 'Infinity', '-Infinity', 1e30, 1e300]::numeric[]) as v (value);
select is(monitoring.is_amount(null), null, 'null is not known');

select * from finish();
rollback;
