-- The order that was called for stays in hand when the position calls for another one.

begin;
\ir setup.psql
select plan(10);

select is_internal('monitoring.hold_order(monitoring.positions)', 'immutable');

select is(changed(r.given, monitoring.hold_order(r.given)), v.changes::jsonb, v.what)
from (values
    ('{"status": "pending_sl"}', '{"orders_in_hand": {"Ks1": {"driver": true}}}', 'in the driver''s'),
    (
        '{"status": "pending_sl", "orders_in_hand": {"x": {"until": "2026-01-01"}}}',
        '{"orders_in_hand": {"Ks1": {"driver": true}, "x": {"until": "2026-01-01"}}}', 'beside others'
    ),
    (
        '{"status": "pending_sl", "orders_in_hand": {"Ks1": {"until": "2026-01-01"}}}',
        '{"orders_in_hand": {"Ks1": {"driver": true, "until": "2026-01-01"}}}', 'and in an earlier one, where it was in that'
    ),
    ('{"status": "pending_entry"}', '{"orders_in_hand": {"Ke1": {"driver": true}}}', 'an entry, too'),
    ('{"status": "pending_sl", "orders_arrived": ["Ks1"]}', '{}', 'not one that arrived'),
    ('{"status": "active"}', '{}', 'where none is called for there is none'),
    ('{"status": "pending_sl", "orders_withheld": true}', '{}', 'nor where it is withheld')
) as v (given, changes, what)
cross join lateral (select given_row(v.given::jsonb) as given) as r;

select * from finish();
rollback;
