-- Where a stop-loss may stand.

begin;
\ir setup.psql
select plan(14);

select is_internal('monitoring.may_protect(monitoring.positions, numeric)', 'immutable');

-- Filled at 101 when 100 was asked for, unless a test says otherwise.
create function may(changes jsonb, price numeric)
returns boolean
language sql
as $$
    select monitoring.may_protect(
        jsonb_populate_record(
            null::monitoring.positions,
            '{"side": "long", "entry_price": 100, "average_price": 101, "origin": "created", "taken_over": false}' || may.changes
        ),
        may.price
    )
$$;

select is(may(v.changes::jsonb, v.price), v.answer, v.what)
from (values
    ('{}', 100.9, true, 'below the fill of a long'),
    ('{}', 101, false, 'not at it'),
    ('{}', 101.1, false, 'not above it'),
    ('{"side": "short"}', 101.1, true, 'above the fill of a short'),
    ('{"side": "short"}', 101, false, 'not at it'),
    ('{"side": "short"}', 100.9, false, 'not below it'),
    ('{"average_price": null}', 100, false, 'where no average is known, by the price that was asked for'),
    ('{"average_price": null}', 99.9, true, 'below that'),
    ('{"activated_at": "2026-01-01"}', 120, true, 'later it may follow the price'),
    ('{"taken_over": true}', 120, true, 'where an operator took over it is his decision'),
    ('{"origin": "adopted"}', 120, true, 'and where it was adopted')
) as v (changes, price, answer, what);

select * from finish();
rollback;
