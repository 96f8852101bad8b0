-- Seen twice, a grace time apart, and both a grace time after the last move.

begin;
\ir setup.psql
select plan(11);

select is_internal('monitoring.is_proven(timestamptz, timestamptz, timestamptz)', 'immutable');

select is(
    monitoring.is_proven(t.moved_at, t.moved_at + v.first_seen, t.moved_at + v.last_seen), v.is_proven,
    format('first seen %s after the last move, last seen %s after it', v.first_seen, v.last_seen)
)
from (values (timestamptz '2026-01-01')) as t (moved_at)
cross join (values
    (interval '5 seconds', interval '10 seconds', true),
    ('4.999999 seconds', '10 seconds', false),
    ('5 seconds', '9.999999 seconds', false),
    ('-1 hour', '10 seconds', false),
    ('1 hour', '1 hour', false),
    ('1 hour', '1 day', true)
) as v (first_seen, last_seen, is_proven);
select is(monitoring.is_proven('-infinity', now() - interval '5 seconds', now()), true, 'nothing has ever moved');
select is(monitoring.is_proven(null, now() - interval '5 seconds', now()), null, 'nobody knows when it moved');

select * from finish();
rollback;
