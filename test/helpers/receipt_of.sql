-- The receipt of a position: the only place that computes an exchange order.

begin;
\ir setup.psql
select plan(53);

select is_internal('monitoring.receipt_of(monitoring.positions, text, boolean, boolean)', 'volatile');

create function order_of(changes jsonb, outcome text default 'ok', drives boolean default true, is_given boolean default false)
returns text
language sql
return (
    select concat_ws(
        ' ',
        r.order_kind, r.order_side, trim_scale(r.order_quantity), 'at ' || trim_scale(r.order_price),
        case r.order_reduce_only when true then 'reduce-only' when false then 'opening' end,
        r.order_client_order_id, 'cancel ' || array_to_string(r.order_cancels, ' ')
    )
    from monitoring.receipt_of(
        given_row('{"stop_loss_attempt": 0}' || order_of.changes), order_of.outcome, order_of.drives, order_of.is_given
    ) as r
);

-- What is the row's.

select is(
    (r.outcome, r.position_id, r.status, r.fence, r.lease_until, r.exchange, r.account, r.symbol, r.position_side)::text,
    (text 'ok', 7, text 'active', 3, timestamptz '2026-01-01 00:00:00Z', text 'binance', text 'default', text 'APTUSDT', text 'both')::text,
    'it says where the position stands'
)
from monitoring.receipt_of(given_row('{"status": "active"}'), 'ok', true) as r;
select is((r.status, r.fence, r.lease_until)::text, '(active,,)', 'the fence and the lease only to who drives')
from unnest(array[false, null]) as v (drives)
cross join monitoring.receipt_of(given_row('{"status": "active"}'), 'existing', v.drives) as r;

-- The order that each status calls for.

select is(order_of(v.changes::jsonb, v.outcome), v.due, v.what)
from (values
    (
        '{"status": "pending_entry", "filled_quantity": 0, "open_quantity": 0}', 'created',
        'entry buy 10 opening Ke1', 'the entry of a long'
    ),
    ('{"status": "pending_entry", "side": "short"}', 'created', 'entry sell 10 opening Ke1', 'of a short'),
    ('{"status": "pending_entry"}', 'ok', 'entry buy 10 opening Ke1', 'its sender may still send it'),
    ('{"status": "pending_entry", "orders_in_hand": {"Ke1": {"until": "2026-01-01"}}}', 'ok', '', 'nobody else'),
    (
        '{"status": "pending_entry", "orders_in_hand": {"Ke1": {"until": "2026-01-01"}}}', 'claimed',
        'entry buy 10 opening Ke1', 'who claims it looks it up'
    ),
    ('{"status": "entry_placed", "orders_arrived": ["Ke1"]}', 'ok', '', 'it is there: nothing is due'),
    (
        '{"status": "entry_placed", "orders_arrived": ["Ke1"]}', 'claimed',
        'entry buy 10 opening Ke1', 'who claims it looks it up, too'
    ),
    (
        '{"status": "pending_sl", "stop_loss_attempt": 1}', 'ok',
        'stop_loss sell 10 reduce-only Ks1', 'a stop-loss whose price is the caller''s'
    ),
    (
        '{"status": "pending_sl", "stop_loss_attempt": 1, "side": "short"}', 'ok',
        'stop_loss buy 10 reduce-only Ks1', 'of a short'
    ),
    (
        '{"status": "pending_sl", "stop_loss_attempt": 1, "stop_loss_percent": 2}', 'ok',
        'stop_loss sell 10 at 98.98 reduce-only Ks1', 'two percent below the fill'
    ),
    (
        '{"status": "pending_sl", "stop_loss_attempt": 1, "stop_loss_percent": 2, "side": "short"}', 'ok',
        'stop_loss buy 10 at 103.02 reduce-only Ks1', 'above that of a short'
    ),
    (
        '{"status": "pending_sl", "stop_loss_attempt": 1, "stop_loss_percent": 2, "average_price": null}', 'ok',
        'stop_loss sell 10 at 98 reduce-only Ks1', 'from the price that was asked for where no other is known'
    ),
    (
        '{"status": "pending_sl", "stop_loss_attempt": 2, "stop_loss_percent": 2, "stop_loss_price": 97, "orders_arrived": ["Ks1"]}',
        'ok',
        'stop_loss sell 10 at 97 reduce-only Ks2 cancel Ks1', 'where it was before, cancelling that one'
    ),
    (
        '{"status": "pending_sl", "stop_loss_attempt": 2, "orders_in_hand": {"Ks1": {"until": "2026-01-01"}}}', 'ok',
        'stop_loss sell 10 reduce-only Ks2 cancel Ks1', 'or one that somebody else may still send'
    ),
    (
        '{"status": "pending_sl", "stop_loss_attempt": 1, "stop_loss_order": "id:9", "orders_arrived": ["id:9"]}', 'ok',
        'stop_loss sell 10 reduce-only Ks1 cancel id:9', 'also the one that stands: it goes when this one does'
    ),
    ('{"status": "pending_sl", "stop_loss_attempt": 1, "orders_arrived": ["Ks1"]}', 'ok', 'stop_loss sell 10 reduce-only Ks1', 'itself never'),
    (
        '{"status": "pending_sl", "stop_loss_attempt": 1, "orders_arrived": ["*"]}', 'ok',
        'stop_loss sell 10 reduce-only Ks1 cancel *', 'and what nobody can name'
    ),
    (
        '{"status": "pending_sl", "stop_loss_attempt": 1, "own_orders": ["x"], "orders_arrived": ["Ke1", "x"]}', 'ok',
        'stop_loss sell 10 reduce-only Ks1', 'neither a resting entry nor a take-profit'
    ),
    (
        '{"status": "pending_sl", "stop_loss_attempt": 1, "filled_quantity": 4, "open_quantity": 4}', 'ok',
        'stop_loss sell 4 reduce-only Ks1', 'for what is open'
    ),
    ('{"status": "active", "stop_loss_price": 97, "stop_loss_order": "Ks1", "orders_arrived": ["Ks1"]}', 'ok', '', 'it is protected: nothing is due'),
    (
        '{"status": "active", "stop_loss_order": "Ks2", "orders_arrived": ["Ks1", "Ks2", "Ke1", "*"]}', 'ok',
        'cancel Ks1 *', 'but stop-losses beside the one that stands'
    ),
    ('{"status": "active", "orders_arrived": ["*"]}', 'ok', '', 'where none is known by name, one of those is it'),
    (
        '{"status": "pending_close", "close_attempt": 1, "close_quantity": 10, "stop_loss_order": "Ks1", "orders_arrived": ["Ks1", "*"]}', 'ok',
        'close sell 10 reduce-only Kc1', 'a close; the stop-loss stays until it is done'
    ),
    (
        '{"status": "pending_close", "side": "short", "close_attempt": 2, "close_quantity": 10, "own_orders": ["x"],
        "orders_arrived": ["Ke1", "Kc1", "x"]}',
        'ok',
        'close buy 10 reduce-only Kc2 cancel Ke1 Kc1 x', 'the entry, a take-profit and earlier closes are cancelled'
    ),
    (
        '{"status": "pending_rollback", "close_attempt": 1, "close_quantity": 10, "own_orders": ["x"],
        "orders_arrived": ["Ke1", "Ks1", "x", "*"], "orders_in_hand": {"Ks2": {"driver": true}}}',
        'ok',
        'close sell 10 reduce-only Kc1 cancel Ke1 Ks1 x * Ks2', 'a rollback cancels all'
    ),
    (
        '{"status": "pending_rollback", "origin": "adopted", "exchange_order_id": "9", "close_attempt": 1, "close_quantity": 10,
        "orders_arrived": ["id:9"]}',
        'ok',
        'close sell 10 reduce-only Kc1 cancel id:9', 'an entry that is not ours is cancelled by the exchange''s id'
    ),
    (
        '{"status": "pending_close", "close_attempt": 1, "orders_arrived": ["Ke1", "Ks1"]}', 'ok',
        'cancel Ke1', 'where there is nothing to close, what is in the way is to be cancelled'
    ),
    (
        '{"status": "pending_rollback", "close_attempt": 1, "close_quantity": 10, "orders_withheld": true, "orders_arrived": ["Ke1"]}',
        'claimed', '', 'a duplicate has none'
    ),
    (
        '{"status": "pending_cancels", "close_attempt": 1, "close_quantity": 10, "stop_loss_order": "Ks1", "own_orders": ["x"],
        "orders_arrived": ["Ke1", "Ks1", "*", "x"], "orders_in_hand": {"Kc1": {"until": "2026-01-01"}}}', 'ok',
        'cancel Ke1 Ks1 * x Kc1', 'nothing is open: whatever is left is to be cancelled'
    ),
    ('{"status": "closed", "orders_arrived": ["Ks1"]}', 'ok', '', 'closed: nothing is due'),
    ('{"status": "rolled_back", "stop_loss_attempt": 1, "close_attempt": 1}', 'ok', '', 'rolled back: nothing is due'),
    ('{"status": "canceled", "filled_quantity": 0}', 'ok', '', 'canceled: nothing is due'),
    ('{"status": "failed", "filled_quantity": 0}', 'ok', '', 'failed: nothing is due')
) as v (changes, outcome, due, what);

-- Whoever is given a drive that was somebody else's is told a resting entry.

select is(order_of(v.changes::jsonb, 'claimed', is_given => true), v.due, v.what)
from (values
    (
        '{"status": "active", "stop_loss_order": "Ks1", "orders_arrived": ["Ke1", "Ks1"]}', 'cancel Ke1', 'in an active one'
    ),
    (
        '{"status": "pending_sl", "stop_loss_attempt": 1, "orders_arrived": ["Ke1"]}',
        'stop_loss sell 10 reduce-only Ks1 cancel Ke1', 'and where a stop-loss is due'
    ),
    (
        '{"status": "active", "stop_loss_order": "Ks1", "own_orders": ["x"], "orders_arrived": ["Ks1", "x"]}', '',
        'not a take-profit'
    ),
    ('{"status": "entry_placed", "orders_arrived": ["Ke1"]}', 'entry buy 10 opening Ke1', 'where it is the entry that is due, once')
) as v (changes, due, what);

select is(order_of(v.changes::jsonb, 'existing', d.drives), '', 'no order to who does not drive a ' || (v.changes::jsonb ->> 'status'))
from (values
    ('{"status": "pending_entry"}'), ('{"status": "pending_sl", "stop_loss_attempt": 1}'),
    ('{"status": "pending_close", "close_attempt": 1, "close_quantity": 10, "orders_arrived": ["Ke1"]}'),
    ('{"status": "pending_rollback", "close_attempt": 1, "close_quantity": 10}'),
    ('{"status": "pending_cancels", "orders_arrived": ["Ks1"]}')
) as v (changes)
cross join (values (false), (null)) as d (drives);

select * from finish();
rollback;
