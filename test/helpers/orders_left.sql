-- Orders that may be left when a position is ended without asking the exchange.

begin;
\ir setup.psql
select plan(12);

select is_internal('monitoring.orders_left(monitoring.positions)', 'immutable');

select is(
    monitoring.orders_left(jsonb_populate_record(null::monitoring.positions, '{
        "id": 7, "exchange": "binance", "account": "default", "symbol": "APTUSDT", "position_side": "both", "side": "long",
        "quantity": 10, "entry_price": 100, "origin": "created", "order_key": "K", "filled_quantity": 10, "open_quantity": 10,
        "stop_loss_attempt": 0, "stop_loss_orders": [], "close_attempt": 0, "close_orders": [], "orders_withheld": false
    }' || v.changes::jsonb)),
    v.orders,
    v.what
)
from (values
    ('{"status": "pending_entry", "filled_quantity": 0}', array['Ke1'], 'the entry'),
    ('{"status": "active"}', array['Ke1'], 'also when it is filled'),
    ('{"status": "active", "stop_loss_attempt": 2, "stop_loss_orders": ["id:9"]}', array['Ke1', 'id:9', 'Ks2'],
    'the stop-losses'),
    (
        '{"status": "pending_close", "stop_loss_attempt": 1, "close_attempt": 3, "close_orders": ["Kc1", "Kc2"]}',
        array['Ke1', 'Ks1', 'Kc1', 'Kc2', 'Kc3'],
        'the closes, which may have been sent before it was known that it is gone'
    ),
    (
        '{"status": "active", "close_attempt": 2, "close_orders": ["Kc1"]}', array['Ke1', 'Kc1', 'Kc2'],
        'whatever its status is now'
    ),
    ('{"status": "active", "origin": "adopted", "exchange_order_id": "e"}', array['id:e'], 'an entry without an id of ours'),
    ('{"status": "active", "origin": "adopted", "stop_loss_orders": ["id:9"]}', array['id:9'], 'an entry that nobody knows'),
    ('{"status": "active", "origin": "adopted"}', null, 'nothing'),
    ('{"status": "pending_rollback", "orders_withheld": true, "stop_loss_attempt": 1}', array['Ke1', 'Ks1'],
    'also what was withheld')
) as v (changes, orders, what);

select * from finish();
rollback;
