-- The orders that are not known to have ended.

begin;
\ir setup.psql
select plan(14);

select is_in_views('monitoring.orders_left(monitoring.positions)', 'immutable');

select is(monitoring.orders_left(given_row(v.changes::jsonb)), v.orders, v.what)
from (values
    ('{"status": "active"}', '{}'::text[], 'none'),
    ('{"status": "active", "orders_arrived": ["Ks1", "id:9", "*"]}', array['Ks1', 'id:9', '*'], 'those that arrived'),
    (
        '{"status": "active", "orders_arrived": ["Ks1"], "orders_in_hand": {"Ks2": {"driver": true}, "Kc1": {"until": "2026-01-01"}}}',
        array['Ks1', 'Kc1', 'Ks2'], 'and those that somebody may still send'
    ),
    (
        '{"status": "active", "orders_in_hand": {"Kc1": {"until": "1999-01-01"}}}', array['Kc1'],
        'also when their time has passed: only somebody who looks says that they ended'
    ),
    ('{"status": "pending_entry"}', array['Ke1'], 'the one that is called for'),
    ('{"status": "pending_sl", "orders_arrived": ["Ks1", "Ke1"], "stop_loss_attempt": 2}', array['Ks1', 'Ke1', 'Ks2'], 'after them'),
    ('{"status": "pending_sl", "orders_arrived": ["Ks1"]}', array['Ks1'], 'once, where it arrived'),
    ('{"status": "pending_sl", "orders_in_hand": {"Ks1": {"until": "2026-01-01"}}}', array['Ks1'], 'or is in an earlier hand, too'),
    ('{"status": "pending_sl", "orders_withheld": true, "orders_arrived": ["Ke1"]}', array['Ke1'], 'not one that is withheld'),
    ('{"status": "pending_cancels", "close_quantity": 4, "orders_arrived": ["Ks1"]}', array['Ks1'], 'what is to be cancelled'),
    ('{"status": "closed", "orders_arrived": ["Ks1"]}', array['Ks1'], 'what a release left')
) as v (changes, orders, what);

select * from finish();
rollback;
