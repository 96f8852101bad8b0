-- Ages and grace times.

begin;
\ir setup.psql
select plan(17);

select is_internal('monitoring.check_age(text, interval)', 'immutable');
-- as text: intervals that are equal may differ
select is(monitoring.check_age('older_than', v.value)::text, v.seconds, format('%s is %s', v.value, v.seconds))
from (values
    ('0'::interval, '00:00:00'), ('1 microsecond', '00:00:00.000001'), ('1 hour', '01:00:00'), ('3650 days', '87600:00:00'),
    ('1 day -23:59:59', '00:00:01')
) as v (value, seconds);
select is(answer(format('monitoring.check_age(%L, %L)', v.argument, v.value)), '22023 ' || v.argument,
    'refuses ' || coalesce(v.value, 'null'))
from (values
    ('older_than', null), ('stale_after', '-1 microsecond'), ('older_than', '3651 days'), ('grace', '3650 days 1 microsecond'),
    ('grace', '1 month'), ('older_than', '1 month -31 days'), ('older_than', '-1 month 30 days'), ('grace', '-1 month 31 days'),
    ('stale_after', '-1 day 23:59:59')
) as v (argument, value);

select * from finish();
rollback;
