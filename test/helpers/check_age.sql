-- Ages and grace times.

begin;
\ir setup.psql
select plan(21);

select is_internal('monitoring.check_age(text, interval, interval)', 'immutable');
select is(monitoring.check_age('older_than', v.value)::text, v.counted, 'in seconds: ' || v.value)
from (values
    (interval '0', '00:00:00'), ('1 microsecond', '00:00:00.000001'), ('1 hour', '01:00:00'), ('1 day', '24:00:00'),
    ('1 day -24 hours', '00:00:00'), ('36500 days', '876000:00:00')
) as v (value, counted);
select is(answer(format('monitoring.check_age(%L, %L)', v.argument, v.value)), '22023 ' || v.argument,
    'refuses ' || coalesce(v.value, 'null'))
from (values
    ('older_than', null), ('stale_after', '-1 microsecond'), ('older_than', '36501 days'), ('grace', '36500 days 1 microsecond'),
    ('older_than', '1 month'), ('grace', '1 year'), ('older_than', '1 month -30 days'), ('older_than', '1 month -31 days'),
    ('older_than', '-1 month 30 days'), ('grace', '178000000 years')
) as v (argument, value);

select is(monitoring.check_age('older_than', '1 week', interval '7 days'), '168 hours', 'where there is a shortest one, that is it');
select is(answer($$monitoring.check_age('older_than', '167:59:59', interval '7 days')$$), '22023 older_than', 'and nothing below it');

select * from finish();
rollback;
