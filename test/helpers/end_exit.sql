-- Nothing of a position is open any more.

begin;
\ir setup.psql
select plan(20);

select is_internal('monitoring.end_exit(monitoring.positions, text, boolean, text[])', 'volatile');

select is(
    changed(r.given, monitoring.end_exit(r.given, 'closed', v.drives, v.ended)),
    v.changes::jsonb || '{"status": "pending_cancels", "ends_as": "closed", "open_quantity": 0}',
    v.what
)
from (values
    ('{}', false, '{}'::text[], '{}', 'with no order left'),
    ('{"orders_arrived": ["Ks1"]}', false, '{}', '{}', 'with one that arrived'),
    ('{"orders_arrived": ["Ks1", "Ke1"]}', false, array['Ks1', 'Ke1'], '{"orders_arrived": []}', 'which ended; an entry, too'),
    ('{"orders_arrived": ["x"], "own_orders": ["x"]}', false, array['x'], '{"orders_arrived": [], "own_orders": null}', 'or the bot''s own'),
    ('{"status": "pending_sl"}', false, '{}', '{"orders_in_hand": {"Ks1": {"driver": true}}}', 'a stop-loss that was called for stays in hand'),
    ('{"status": "pending_sl"}', true, '{}', '{"orders_in_hand": {"Ks1": {"driver": true}}}', 'also of who says so'),
    ('{"status": "pending_sl"}', true, array['Ks1'], '{}', 'unless it says that it ended'),
    ('{"status": "pending_sl"}', false, array['Ks1'], '{"orders_in_hand": {"Ks1": {"driver": true}}}', 'which nobody else may say'),
    (
        '{"status": "pending_close", "close_attempt": 1, "close_quantity": 10}', true, '{}', '{}',
        'whoever was given the close says that it ended'
    ),
    (
        '{"status": "pending_rollback", "close_attempt": 1, "close_quantity": 10}', true, '{}', '{}',
        'of a rollback, too'
    ),
    (
        '{"status": "pending_close", "close_attempt": 1, "close_quantity": 10}', false, '{}',
        '{"orders_in_hand": {"Kc1": {"driver": true}}}', 'and nobody else'
    ),
    (
        '{"status": "pending_close", "close_attempt": 1, "close_quantity": 10, "orders_in_hand": {"Kc1": {"until": "2999-01-01"}}}',
        true, '{}', '{"orders_in_hand": {"Kc1": {"driver": true, "until": "2999-01-01"}}}', 'nor who was not given it alone'
    ),
    (
        '{"status": "pending_close", "close_attempt": 2, "close_quantity": 10, "orders_in_hand": {"Kc1": {"driver": true}}}',
        true, '{}', '{}', 'an earlier close of its own stays in its hand'
    ),
    (
        '{"status": "pending_close", "close_attempt": 1, "close_quantity": 10, "orders_arrived": ["Kc1", "Ks1"]}', true, '{}',
        '{"orders_arrived": ["Ks1"]}', 'one that arrived ended'
    ),
    (
        '{"status": "pending_close", "close_attempt": 1, "close_quantity": 10, "orders_arrived": ["Kc1"]}', false, array['Kc1'],
        '{"orders_arrived": []}', 'as anybody may say'
    ),
    ('{"orders_arrived": ["*"]}', false, array['*'], '{"orders_arrived": []}', 'closing orders that nobody can name')
) as v (given, drives, ended, changes, what)
cross join lateral (select given_row(v.given::jsonb) as given) as r;
select is((monitoring.end_exit(given_row(), 'rolled_back', true, '{}')).ends_as, 'rolled_back', 'or it is to be rolled back');

select * from finish();
rollback;
