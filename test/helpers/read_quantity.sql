-- Quantities in JSON.

begin;
\ir setup.psql
select plan(17);

select is_internal('monitoring.read_quantity(text, jsonb)', 'immutable');
select is(monitoring.read_quantity('quantity', v.value::jsonb), v.quantity, v.value || ' is ' || v.quantity)
from (values ('1', 1), ('"61.80"', 61.8), ('0', 0), ('"0.000"', 0), ('"+3"', 3), ('1e-8', 0.00000001)) as v (value, quantity);
select is(answer(format('monitoring.read_quantity(%L, %L)', 'snapshot[3].quantity', v.value)), '22023 snapshot[3].quantity',
    'refuses ' || coalesce(v.value, 'what is missing'))
from unnest(array[null, 'null', '-1', '"-0.5"', '1e30', '"NaN"', '"x"', 'true']) as v (value);

select * from finish();
rollback;
