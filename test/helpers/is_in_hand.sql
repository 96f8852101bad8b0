-- Whether an order of a position may still be sent.

begin;
\ir setup.psql
select plan(13);

select is_in_views('monitoring.is_in_hand(monitoring.positions)', 'immutable');

select is(monitoring.is_in_hand(given_row(v.changes)), v.is_in_hand, v.what)
from (values
    (jsonb '{"status": "pending_entry"}', true, 'the entry that it calls for'),
    ('{"status": "pending_entry", "orders_arrived": ["Ke1"]}', false, 'not once it arrived'),
    ('{"status": "pending_sl"}', true, 'the stop-loss that it calls for'),
    ('{"status": "pending_sl", "orders_arrived": ["Ks1"]}', false, 'not once it arrived, either'),
    ('{"status": "pending_sl", "lease_until": "epoch"}', false, 'nor one that nobody was given'),
    ('{"status": "pending_close", "close_attempt": 1, "close_quantity": 10, "orders_arrived": ["Ks1"]}', true, 'a close'),
    ('{"status": "pending_rollback", "close_attempt": 1, "close_quantity": 10, "orders_withheld": true}', false, 'not one that is withheld'),
    ('{"status": "active", "orders_arrived": ["Ks1", "*"]}', false, 'none of an active position'),
    (
        '{"status": "active", "orders_arrived": ["Ks1"], "orders_in_hand": {"x": {"until": "2000-01-01"}}}', true,
        'but one of the bot''s own that was told, whenever it was'
    ),
    ('{"status": "pending_cancels", "orders_arrived": ["Ks1"]}', false, 'what arrived and is to be cancelled is in nobody''s hand')
) as v (changes, is_in_hand, what);

select * from finish();
rollback;
