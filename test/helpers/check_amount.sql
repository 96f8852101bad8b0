-- Quantities and prices.

begin;
\ir setup.psql
select plan(14);

select is_internal('monitoring.check_amount(text, numeric, boolean)', 'immutable');
select is(monitoring.check_amount('quantity', v.value), v.value, 'as it is: ' || v.value)
from unnest(array[1e-20, 61.80]) as v (value);
select is(answer(format('monitoring.check_amount(''quantity'', %L)', v.value)), '22023 quantity', 'refuses ' || coalesce(v.value, 'null'))
from unnest(array[null, '0', '-1', 'NaN', 'Infinity', '-Infinity', '1e30']) as v (value);
select is(answer($$ monitoring.check_amount('quantity', null, true) $$), null, 'null where it is optional');
select is(answer($$ monitoring.check_amount('quantity', 'NaN', true) $$), '22023 quantity', 'but nothing else');

select * from finish();
rollback;
