-- Leases.

begin;
\ir setup.psql
select plan(20);

select is_internal('monitoring.check_lease(interval)', 'immutable');
select is(monitoring.check_lease(v.value)::text, v.counted, 'in seconds: ' || v.value)
from (values
    (interval '1 microsecond', '00:00:00.000001'), ('1 minute', '00:01:00'), ('1 day', '24:00:00'),
    ('1 day -23:59:59', '00:00:01'), ('3650 days', '87600:00:00')
) as v (value, counted);
select is(answer(format('monitoring.check_lease(%L)', v.value)), '22023 lease', 'refuses ' || coalesce(v.value, 'null'))
from unnest(array[
    null, '0', '-1 second', '3651 days', '3650 days 1 microsecond', '10 years', '1 month', '1 month -31 days',
    '-1 month 30 days', '-1 month 31 days', '1 day -24 hours', '178000000 years'
]) as v (value);

select * from finish();
rollback;
