-- Above 0 and below 100.

begin;
\ir setup.psql
select plan(13);

select is_internal('monitoring.check_percent(text, numeric)', 'immutable');
select is(monitoring.check_percent('stop_loss_percent', v.value), v.value, 'as it is: ' || coalesce(v.value::text, 'null'))
from unnest(array[null, 0.001, 2, 99.999]) as v (value);
select is(answer(format('monitoring.check_percent(''stop_loss_percent'', %L)', v.value)), '22023 stop_loss_percent', 'refuses ' || v.value)
from unnest(array['0', '-1', '100', 'NaN', 'Infinity', '-Infinity']) as v (value);

select * from finish();
rollback;
