-- Leases.

begin;
\ir setup.psql
select plan(11);

select is_internal('monitoring.check_lease(interval)', 'immutable');
select is(monitoring.check_lease(v.value), v.value, 'as it is: ' || v.value)
from unnest(array['1 microsecond', '1 minute', '10 years']::interval[]) as v (value);
select is(answer(format('monitoring.check_lease(%L)', v.value)), '22023 lease', 'refuses ' || coalesce(v.value, 'null'))
from unnest(array[null, '0', '-1 second', '11 years', '1 month -31 days']) as v (value);

select * from finish();
rollback;
