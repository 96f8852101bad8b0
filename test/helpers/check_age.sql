-- Ages and grace times.

begin;
\ir setup.psql
select plan(13);

select is_internal('monitoring.check_age(text, interval)', 'immutable');
select is(monitoring.check_age('older_than', v.value), v.value, 'as it is: ' || v.value)
from unnest(array['0', '1 microsecond', '1 hour', '10 years', '-1 month 30 days']::interval[]) as v (value);
select is(answer(format('monitoring.check_age(%L, %L)', v.argument, v.value)), '22023 ' || v.argument,
    'refuses ' || coalesce(v.value, 'null'))
from (values
    ('older_than', null), ('stale_after', '-1 microsecond'), ('older_than', '11 years'), ('grace', '10 years 1 microsecond'),
    ('older_than', '1 month -31 days')
) as v (argument, value);

select * from finish();
rollback;
