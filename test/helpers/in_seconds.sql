-- Intervals as clocks count them.

begin;
\ir setup.psql
select plan(11);

select is_internal('monitoring.in_seconds(interval)', 'immutable');
select is(monitoring.in_seconds(v.value)::text, v.counted, v.value || ' is ' || v.counted)
from (values
    (interval '1 minute', '00:01:00'), ('1 microsecond', '00:00:00.000001'), ('0', '00:00:00'), ('1 day', '24:00:00'),
    ('1 day -23:59:59', '00:00:01'), ('3650 days', '87600:00:00'), ('36500 days -1 microsecond', '875999:59:59.999999')
) as v (value, counted);

-- In every zone: where a night has a change of the clocks, a day is not 24 hours long.
set local timezone = 'Europe/Berlin';
select is(
    timestamptz '2026-10-25 00:30' + monitoring.in_seconds('1 day') - timestamptz '2026-10-25 00:30', interval '24 hours',
    'a day is 24 hours in a night of 25'
);

select * from finish();
rollback;
