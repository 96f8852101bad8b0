-- What was seen of a position, and whether its exposure moved since.

begin;
\ir setup.psql
select plan(11);

select is_internal('monitoring.check_unmoved(monitoring.positions, timestamp with time zone)', 'volatile');
create function pg_temp.seen(observed_at timestamptz, exposure_at timestamptz default '2026-01-01 12:00Z')
returns text
language sql
as $$
select format(
    'select monitoring.check_unmoved(jsonb_populate_record(null::monitoring.positions, %L), %L)',
    jsonb_build_object('id', 7, 'exposure_at', seen.exposure_at), seen.observed_at
)
$$;
select lives_ok(pg_temp.seen(v.observed_at::timestamptz), format('says nothing of what was seen at %s', v.observed_at))
from (values (null), ('2026-01-01 12:00Z'), ('2026-01-01 12:00:00.000001Z'), (clock_timestamp()::text)) as v (observed_at);
select throws_ok(
    pg_temp.seen('2026-01-01 11:59:59.999999Z'), 'TL009',
    format('position 7 moved at %s, after that was seen: look again', timestamptz '2026-01-01 12:00Z'),
    'what was seen before its exposure moved'
);
select throws_ok(pg_temp.seen(v.observed_at), '22023', null, format('nobody has seen %s', v.observed_at))
from (values (clock_timestamp() + interval '1 minute'), ('infinity')) as v (observed_at);
select lives_ok(
    pg_temp.seen(v.future, v.future), 'but the row itself, where the clock went back since'
)
from (values (clock_timestamp() + interval '1 hour')) as v (future);

select * from finish();
rollback;
