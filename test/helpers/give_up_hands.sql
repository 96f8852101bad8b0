-- What a fence had in hand when it ceased to be the current one.

begin;
\ir setup.psql
select plan(9);

select is_internal('monitoring.give_up_hands(jsonb, timestamptz)', 'immutable');

set local timezone = 'UTC';
select is(monitoring.give_up_hands(v.before::jsonb, '2026-01-02 00:00Z'), v.after::jsonb, v.what)
from (values
    (null, null, 'nothing'),
    ('{"x": {"driver": true}}', '{"x": {"until": "2026-01-02T00:00:00+00:00"}}', 'stays in its hand until then'),
    (
        '{"x": {"driver": true, "until": "2026-01-01"}}', '{"x": {"until": "2026-01-02T00:00:00+00:00"}}',
        'or in that of an earlier one, whichever is later'
    ),
    (
        '{"x": {"driver": true, "until": "2026-01-03T00:00:00Z"}}', '{"x": {"until": "2026-01-03T00:00:00+00:00"}}',
        'of two'
    ),
    ('{"x": {"until": "2026-01-01"}}', '{"x": {"until": "2026-01-01"}}', 'what was in an earlier hand alone stays as it was'),
    (
        '{"x": {"driver": true}, "y": {"until": "2026-01-01"}}',
        '{"x": {"until": "2026-01-02T00:00:00+00:00"}, "y": {"until": "2026-01-01"}}', 'each for itself'
    )
) as v (before, after, what);

select * from finish();
rollback;
