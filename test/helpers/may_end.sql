-- Who may say that an order ended.

begin;
\ir setup.psql
select plan(22);

select is_internal('monitoring.may_end(monitoring.positions, text, boolean)', 'volatile');

create function judged(changes jsonb, name text)
returns text
language sql
return (
    select string_agg(
        case d.drives when true then 'the driver ' else 'anybody ' end
        || case monitoring.may_end(given_row(judged.changes), judged.name, d.drives) when true then 'may' when false then 'may not' else 'knows none' end,
        ', ' order by d.drives desc
    )
    from (values (true), (false)) as d (drives)
);

select is(judged(v.changes::jsonb || h.hand, v.name), v.judged, v.what)
from (values
    ('{"orders_arrived": ["x"]}', '{}', 'x', 'the driver may, anybody may', 'an order that arrived'),
    ('{"orders_arrived": ["*"]}', '{}', '*', 'the driver may, anybody may', 'closing orders that nobody can name'),
    ('{}', '{}', 'x', 'the driver knows none, anybody knows none', 'an order that is not left'),
    ('{"status": "active"}', '{}', 'Ks1', 'the driver knows none, anybody knows none', 'a stop-loss that ended'),
    ('{}', '{}', null, 'the driver knows none, anybody knows none', 'no order'),
    ('{"status": "pending_sl"}', '{}', 'Ks1', 'the driver may, anybody may not', 'the one that is called for'),
    ('{"status": "pending_entry"}', '{}', 'Ke1', 'the driver may, anybody may not', 'an entry that is called for'),
    (
        '{"status": "pending_sl", "orders_arrived": ["Ks1"]}', '{}', 'Ks1', 'the driver may, anybody may',
        'the one that is called for, when it arrived'
    ),
    ('{}', '{"x": {"driver": true}}', 'x', 'the driver may, anybody may not', 'one in the driver''s hand'),
    ('{}', '{"x": {"until": "2999-01-01"}}', 'x', 'the driver may not, anybody may not', 'one in an earlier hand'),
    ('{}', '{"x": {"until": "1999-01-01"}}', 'x', 'the driver may, anybody may', 'whose lease and grace time have passed'),
    (
        '{}', '{"x": {"driver": true, "until": "2999-01-01"}}', 'x', 'the driver may not, anybody may not',
        'one in the hands of two'
    ),
    (
        '{}', '{"x": {"driver": true, "until": "1999-01-01"}}', 'x', 'the driver may, anybody may not',
        'of whom one is left'
    ),
    (
        '{"status": "pending_sl"}', '{"Ks1": {"until": "2999-01-01"}}', 'Ks1', 'the driver may not, anybody may not',
        'the one that is called for, while an earlier fence may send it'
    ),
    (
        '{"status": "pending_sl"}', '{"Ks1": {"until": "1999-01-01"}}', 'Ks1', 'the driver may, anybody may not',
        'and when it may not'
    )
) as v (changes, in_hand, name, judged, what)
cross join lateral (
    select case when v.in_hand = '{}' then '{}' else jsonb_build_object('orders_in_hand', v.in_hand::jsonb) end as hand
) as h;

-- To the moment: the clock goes on within a transaction.
select is(
    monitoring.may_end(
        given_row(jsonb_build_object('orders_in_hand', jsonb_build_object('x', jsonb_build_object('until', clock_timestamp() + v.later)))),
        'x', false
    ),
    v.may,
    v.what
)
from (values
    (interval '1 minute', false, 'in a minute'),
    (interval '0', true, 'now'),
    (interval '-1 microsecond', true, 'and later'),
    (null, true, 'one without a time is in no earlier hand')
) as v (later, may, what);

select * from finish();
rollback;
