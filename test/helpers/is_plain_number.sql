-- Numbers as exchanges ordinarily write them.

begin;
\ir setup.psql
select plan(29);

select is_internal('monitoring.is_plain_number(text)', 'immutable');
select ok(monitoring.is_plain_number(v.value), v.value)
from unnest(array['0', '61.8', '0.00000001', '007', repeat('9', 30), '0.' || repeat('1', 28)]) as v (value);
select ok(v.value::numeric = 0 or monitoring.is_amount(v.value::numeric), v.value || ' is 0 or an amount')
from unnest(array['0.000', repeat('9', 30)]) as v (value);
select ok(not monitoring.is_plain_number(v.value), 'not ' || left(v.value, 40))
from unnest(array[
    '', ' ', '-1', '+1', '.5', '5.', '1e3', 'NaN', 'Infinity', '1 ', E'1\n', '1,5', repeat('9', 31), U&'\0661', U&'\FF11', 'true', '1.2.3'
]) as v (value);
select is(monitoring.is_plain_number(null), null, 'null for null');

select * from finish();
rollback;
