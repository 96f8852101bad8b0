-- Prices as exchanges write them.

begin;
\ir setup.psql
select plan(20);

select is_internal('monitoring.read_price(text, text, jsonb)', 'immutable');

create function price(value jsonb)
returns numeric
language sql
return monitoring.read_price('snapshot[3].average_price', price.value #>> '{}', price.value);

select is(price(v.value::jsonb), v.price, v.value || ' is ' || coalesce(v.price::text, 'none'))
from (values
    ('1', 1), ('"61.80"', 61.8), ('"+3"', 3), ('1e-8', 0.00000001), ('"1E3"', 1000), ('0', null), ('"0.000"', null), ('"-0"', null),
    ('null', null)
) as v (value, price);
select is(price(null), null, 'what is missing is not known');
select is(answer(format('price(%L)', v.value)), '22023 snapshot[3].average_price', 'refuses ' || v.value)
from unnest(array['-1', '"-0.5"', '1e30', '"NaN"', '"x"', '""', 'true']) as v (value);

select * from finish();
rollback;
