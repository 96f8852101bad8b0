-- An exit begins: a close under a fresh id.

begin;
\ir setup.psql
select plan(16);

select is_internal('monitoring.begin_exit(monitoring.positions, text, text)', 'immutable');

select is(changed(r.given, monitoring.begin_exit(r.given, 'pending_close', 'because')), v.changes::jsonb || '{"status": "pending_close", "exit_reason": "because"}', v.what)
from (values
    ('{}', '{"close_attempt": 1, "close_quantity": 10}', 'for what is open'),
    ('{"open_quantity": 4}', '{"close_attempt": 1, "close_quantity": 4}', 'some of it is closed already'),
    ('{"open_quantity": 12}', '{"close_attempt": 1, "close_quantity": 12}', 'some was added'),
    ('{"open_quantity": 0, "filled_quantity": 0}', '{"close_attempt": 1}', 'for nothing, where nothing is open'),
    (
        '{"open_quantity": 4, "filled_quantity": 4, "orders_arrived": ["Ke1", "Ks1"]}', '{"close_attempt": 1, "close_quantity": 10}',
        'for all that was asked for, while the entry may still fill'
    ),
    (
        '{"status": "pending_entry", "open_quantity": 0, "filled_quantity": 0}',
        '{"close_attempt": 1, "close_quantity": 10, "orders_in_hand": {"Ke1": {"driver": true}}}',
        'also where it may not have been sent: it stays in hand'
    ),
    (
        '{"open_quantity": 4, "filled_quantity": 4, "orders_in_hand": {"Ke1": {"until": "1999-01-01"}}}',
        '{"close_attempt": 1, "close_quantity": 10}', 'or was in an earlier hand'
    ),
    (
        '{"open_quantity": 12, "filled_quantity": 12, "orders_arrived": ["Ke1"]}', '{"close_attempt": 1, "close_quantity": 12}',
        'at least for what is open'
    ),
    (
        '{"open_quantity": 1, "filled_quantity": 4, "orders_arrived": ["Ke1"]}', '{"close_attempt": 1, "close_quantity": 7}',
        'and not for what is closed already'
    ),
    (
        '{"status": "pending_sl"}', '{"close_attempt": 1, "close_quantity": 10, "orders_in_hand": {"Ks1": {"driver": true}}}',
        'a stop-loss that was called for stays in hand'
    ),
    (
        '{"stop_loss_order": "Ks1", "orders_arrived": ["Ks1"]}', '{"close_attempt": 1, "close_quantity": 10}',
        'and one that stands as it is'
    ),
    ('{"close_attempt": 2, "close_quantity": 3}', '{"close_attempt": 3, "close_quantity": 10}', 'under an id that was never given')
) as v (given, changes, what)
cross join lateral (select given_row(v.given::jsonb) as given) as r;
select is((monitoring.begin_exit(given_row(), 'pending_rollback', 'because')).status, 'pending_rollback', 'a rollback is one, too');

select * from finish();
rollback;
