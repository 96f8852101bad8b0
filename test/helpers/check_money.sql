-- Profits, losses and fees.

begin;
\ir setup.psql
select plan(12);

select is_internal('monitoring.check_money(text, numeric)', 'immutable');
select is(monitoring.check_money('fees', v.value), v.value, 'as it is: ' || coalesce(v.value::text, 'null'))
from unnest(array[null, 0, -17.5, 17.5]) as v (value);
select is(answer(format('monitoring.check_money(''fees'', %L)', v.value)), '22023 fees', 'refuses ' || v.value)
from unnest(array['NaN', 'Infinity', '-Infinity', '1e30', '-1e30']) as v (value);

select * from finish();
rollback;
