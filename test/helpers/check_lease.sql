-- Leases.

begin;
\ir setup.psql
select plan(18);

select is_internal('monitoring.check_lease(interval)', 'immutable');
-- as text: intervals that are equal may differ
select is(monitoring.check_lease(v.value)::text, v.seconds, format('%s is %s', v.value, v.seconds))
from (values
    ('1 microsecond'::interval, '00:00:00.000001'), ('1 minute', '00:01:00'), ('1 day', '24:00:00'), ('3650 days', '87600:00:00'),
    ('1 day -23:59:59', '00:00:01')
) as v (value, seconds);
select is(answer(format('monitoring.check_lease(%L)', v.value)), '22023 lease', 'refuses ' || coalesce(v.value, 'null'))
from unnest(array[
    null, '0', '-1 second', '3651 days', '3650 days 1 microsecond', '1 month', '10 years', '1 month -30 days 1 minute', '-1 month 31 days',
    '-1 day 23:59:59'
]) as v (value);

select * from finish();
rollback;
