-- Intervals that have a length.

begin;
\ir setup.psql
select plan(19);

select is_internal('monitoring.is_exact(interval)', 'immutable');
select is(monitoring.is_exact(v.value), true, 'seconds and days of 24 hours: ' || v.value)
from unnest(array[
    '0', '1 microsecond', '-1 second', '36500 days', '1 day -23:59:59', '0.5 months', '2147483647 days', '-2147483648 days'
]::interval[]) as v (value);
select is(monitoring.is_exact(v.value), false, 'months and years are of any length: ' || v.value)
from unnest(array[
    '1 month', '-1 month', '-1 month 30 days', '1 month -30 days 1 minute', '1 year', '12 months -360 days', '178000000 years'
]::interval[]) as v (value);
select is(monitoring.is_exact(null), null, 'null is neither');

select * from finish();
rollback;
