-- The order that a status calls for.

begin;
\ir setup.psql
select plan(18);

select is_internal('monitoring.current_order(monitoring.positions)', 'immutable');

select is(monitoring.current_order(given_row(v.changes::jsonb)), v.name, v.what)
from (values
    ('{"status": "pending_entry"}', 'Ke1', 'the entry'),
    ('{"status": "pending_entry", "origin": "inserted", "exchange_order_id": "88"}', 'id:88', 'an entry that is not ours'),
    ('{"status": "pending_entry", "origin": "inserted"}', null, 'one that nobody knows'),
    ('{"status": "entry_placed"}', null, 'none, where the entry arrived'),
    ('{"status": "pending_sl", "stop_loss_attempt": 2}', 'Ks2', 'the latest attempt at a stop-loss'),
    ('{"status": "pending_close", "close_attempt": 3, "close_quantity": 4}', 'Kc3', 'the latest attempt at a close'),
    ('{"status": "pending_rollback", "close_attempt": 3, "close_quantity": 4}', 'Kc3', 'of a rollback, too'),
    ('{"status": "pending_close", "close_attempt": 3}', null, 'none, where there is nothing to close'),
    ('{"status": "active"}', null, 'none, where the stop-loss stands'),
    ('{"status": "pending_cancels", "close_attempt": 3, "close_quantity": 4}', null, 'none, where nothing is open'),
    ('{"status": "closed", "close_attempt": 3, "close_quantity": 4}', null, 'none, where it is over')
) as v (changes, name, what);
select is(
    monitoring.current_order(given_row(jsonb_build_object('status', s.status, 'close_quantity', 4, 'orders_withheld', true))),
    null,
    'none in ' || s.status || ', where the orders are withheld'
)
from unnest(array['pending_entry', 'pending_sl', 'pending_rollback']) as s (status);

select is(
    monitoring.current_order(given_row('{"status": "pending_sl", "stop_loss_attempt": 2, "lease_until": "epoch"}')),
    null,
    'none that anybody was given, under a fence that is nobody''s'
);

select * from finish();
rollback;
