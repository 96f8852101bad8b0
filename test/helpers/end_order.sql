-- A position without an order that ended.

begin;
\ir setup.psql
select plan(20);

select is_internal('monitoring.end_order(monitoring.positions, text)', 'immutable');

select is(changed(r.given, monitoring.end_order(r.given, v.name)), v.changes::jsonb, v.what)
from (values
    ('{"orders_arrived": ["x", "y"]}', 'x', '{"orders_arrived": ["y"]}', 'one that arrived'),
    ('{"orders_arrived": ["x"]}', 'z', '{}', 'one that is not left'),
    ('{"orders_arrived": ["x"]}', null, '{}', 'none'),
    (
        '{"orders_in_hand": {"x": {"driver": true}, "y": {"driver": true}}}', 'x',
        '{"orders_in_hand": {"y": {"driver": true}}}', 'one in hand'
    ),
    ('{"orders_in_hand": {"x": {"driver": true}}}', 'x', '{"orders_in_hand": null}', 'the last one in hand'),
    (
        '{"orders_arrived": ["x", "y"], "own_orders": ["x", "y"]}', 'x',
        '{"orders_arrived": ["y"], "own_orders": ["y"]}', 'one of the bot''s own'
    ),
    ('{"orders_arrived": ["x"], "own_orders": ["x"]}', 'x', '{"orders_arrived": [], "own_orders": null}', 'the last of them'),
    ('{"status": "pending_sl"}', 'Ks1', '{"stop_loss_attempt": 2}', 'a stop-loss that was called for gives way to another'),
    (
        '{"status": "pending_sl", "orders_arrived": ["Ks1"]}', 'Ks1', '{"stop_loss_attempt": 2, "orders_arrived": []}',
        'also when it arrived'
    ),
    (
        '{"status": "pending_sl", "stop_loss_attempt": 2, "orders_arrived": ["Ks1"]}', 'Ks1', '{"orders_arrived": []}',
        'one before it does not'
    ),
    ('{"status": "pending_close", "close_attempt": 1, "close_quantity": 4}', 'Kc1', '{"close_attempt": 2}', 'so does a close'),
    ('{"status": "pending_rollback", "close_attempt": 1, "close_quantity": 4}', 'Kc1', '{"close_attempt": 2}', 'of a rollback, too'),
    ('{"status": "pending_entry"}', 'Ke1', '{}', 'there is one entry: whoever ends it says what becomes of the position'),
    (
        '{"status": "active", "stop_loss_order": "Ks1", "stop_loss_order_id": "9", "stop_loss_price": 95, "orders_arrived": ["Ks1"]}', 'Ks1',
        '{"status": "pending_sl", "stop_loss_order": null, "stop_loss_order_id": null, "stop_loss_attempt": 2, "orders_arrived": []}',
        'a position whose stop-loss ended is no longer active; its price stays'
    ),
    (
        '{"status": "active", "stop_loss_order": "Ks1", "orders_arrived": ["Ks1", "id:9"]}', 'id:9', '{"orders_arrived": ["Ks1"]}',
        'one whose other stop-loss ended is'
    ),
    (
        '{"status": "pending_close", "close_attempt": 1, "close_quantity": 4, "stop_loss_order": "Ks1", "orders_arrived": ["Ks1"]}', 'Ks1',
        '{"stop_loss_order": null, "orders_arrived": []}', 'one that is being closed stays so'
    ),
    ('{"status": "active", "orders_arrived": ["*", "x"]}', '*', '{"orders_arrived": ["x"]}', 'closing orders that nobody can name')
) as v (given, name, changes, what)
cross join lateral (select given_row(v.given::jsonb) as given) as r;

select * from finish();
rollback;
