-- Whether somebody drives a position.

begin;
\ir setup.psql
select plan(18);

select is_in_views('monitoring.is_driven(monitoring.positions, timestamptz)', 'immutable');

select is(
    monitoring.is_driven(
        given_row('{"lease_until": "2026-01-01T00:00:00Z", "stop_loss_order": "Ks1", "orders_arrived": ["Ks1"]}' || v.changes::jsonb),
        '2026-01-01 00:00:05Z'::timestamptz - v.earlier
    ),
    v.is_driven,
    v.what
)
from (values
    ('{"status": "pending_sl"}', interval '1 hour', true, 'its lease lasts'),
    ('{"status": "pending_sl"}', '1 microsecond', true, 'and so does the grace time'),
    ('{"status": "pending_sl"}', '0', false, 'no longer'),
    ('{"status": "pending_entry"}', '1 hour', true, 'an entry'),
    ('{"status": "pending_cancels"}', '1 hour', true, 'orders to cancel'),
    ('{"status": "active"}', '1 hour', false, 'active: there is nothing to do'),
    ('{"status": "active", "orders_arrived": ["Ks1", "*"]}', '1 hour', false, 'with orders that nobody can name'),
    ('{"status": "active", "own_orders": ["x"], "orders_arrived": ["Ks1", "x"]}', '1 hour', false, 'or a take-profit'),
    ('{"status": "active", "orders_arrived": ["Ke1", "Ks1"]}', '1 hour', true, 'with a resting entry'),
    ('{"status": "active", "orders_arrived": ["Ks0", "Ks1"]}', '1 hour', true, 'with a stop-loss before this one'),
    ('{"status": "active", "orders_arrived": ["Ke1", "Ks1"]}', '0', false, 'only while the lease lasts'),
    ('{"status": "active", "own_orders": ["x"], "orders_in_hand": {"x": {"driver": true}}}', '1 hour', true, 'or something in hand'),
    ('{"status": "closed", "closed_at": "2026-01-01"}', '1 hour', false, 'one that is over'),
    (
        '{"status": "closed", "closed_at": "2026-01-01", "orders_arrived": ["Ks1", "Ks2"]}', '1 hour', false,
        'whatever was left when it was released'
    )
) as v (changes, earlier, is_driven, what);
select is(
    monitoring.is_driven(given_row('{"status": "pending_sl", "lease_until": "epoch"}'), clock_timestamp()), false, 'one without a lease'
);

select * from finish();
rollback;
