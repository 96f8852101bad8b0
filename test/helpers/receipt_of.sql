-- The receipt of a position: the only place that computes an exchange order.

begin;
\ir setup.psql
select plan(43);

select is_internal('monitoring.receipt_of(monitoring.positions, text, boolean)', 'immutable');

-- A row that is in no table: a long one of 10 at 100 with the key K, wholly filled, unless a test says otherwise.
create function given_row(changes jsonb)
returns monitoring.positions
language sql
as $$
    select jsonb_populate_record(null::monitoring.positions, '{
        "id": 7, "exchange": "binance", "account": "default", "symbol": "APTUSDT", "position_side": "both", "side": "long",
        "quantity": 10, "entry_price": 100, "origin": "created", "order_key": "K", "filled_quantity": 10, "open_quantity": 10,
        "average_price": 101, "stop_loss_attempt": 0, "stop_loss_orders": [], "close_attempt": 0, "close_orders": [],
        "orders_withheld": false, "fence": 3, "lease_until": "2026-01-01T00:00:00Z"
    }' || given_row.changes)
$$;

create function order_of(changes jsonb, outcome text default 'ok', drives boolean default true)
returns text
language sql
return (
    select concat_ws(
        ' ',
        r.order_kind, r.order_side, trim_scale(r.order_quantity), 'at ' || trim_scale(r.order_price),
        case r.order_reduce_only when true then 'reduce-only' when false then 'opening' end,
        r.order_client_order_id, 'cancel ' || array_to_string(r.order_cancels, ' ')
    )
    from monitoring.receipt_of(given_row(order_of.changes), order_of.outcome, order_of.drives) as r
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
    ('{"status": "pending_entry", "entry_judged_after": "2026-01-01"}', 'ok', '', 'nobody else'),
    (
        '{"status": "pending_entry", "entry_judged_after": "2026-01-01"}', 'claimed',
        'entry buy 10 opening Ke1', 'who claims it looks it up'
    ),
    ('{"status": "entry_placed"}', 'ok', '', 'it is there: nothing is due'),
    (
        '{"status": "entry_placed", "entry_judged_after": "2026-01-01"}', 'claimed',
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
        '{"status": "pending_sl", "stop_loss_attempt": 2, "stop_loss_percent": 2, "stop_loss_price": 97, "stop_loss_orders": ["Ks1"]}',
        'ok',
        'stop_loss sell 10 at 97 reduce-only Ks2 cancel Ks1', 'where it was before, cancelling that one'
    ),
    (
        '{"status": "pending_sl", "stop_loss_attempt": 1, "filled_quantity": 4, "open_quantity": 4}', 'ok',
        'stop_loss sell 4 reduce-only Ks1', 'for what is open'
    ),
    ('{"status": "active", "stop_loss_attempt": 1, "stop_loss_price": 97}', 'ok', '', 'it is protected: nothing is due'),
    (
        '{"status": "pending_close", "close_attempt": 1, "close_quantity": 10, "stop_loss_attempt": 1}', 'ok',
        'close sell 10 reduce-only Kc1', 'a close; the stop-loss stays until it is done'
    ),
    (
        '{"status": "pending_close", "side": "short", "close_attempt": 2, "close_quantity": 10, "close_orders": ["Kc1"], "filled_quantity": 4}',
        'ok',
        'close buy 10 reduce-only Kc2 cancel Ke1 Kc1', 'the entry is cancelled unless it is wholly filled'
    ),
    (
        '{"status": "pending_rollback", "close_attempt": 1, "close_quantity": 10, "stop_loss_attempt": 2, "stop_loss_orders": ["Ks1"]}',
        'ok',
        'close sell 10 reduce-only Kc1 cancel Ke1 Ks1 Ks2', 'a rollback cancels entry and stop-losses'
    ),
    (
        '{"status": "pending_rollback", "origin": "adopted", "exchange_order_id": "9", "close_attempt": 1, "close_quantity": 10}',
        'ok',
        'close sell 10 reduce-only Kc1 cancel id:9', 'an entry that is not ours is cancelled by the exchange''s id'
    ),
    (
        '{"status": "pending_rollback", "origin": "adopted", "close_attempt": 1, "close_quantity": 10}', 'ok',
        'close sell 10 reduce-only Kc1', 'where it has one'
    ),
    (
        '{"status": "pending_rollback", "close_attempt": 1, "close_quantity": 10, "orders_withheld": true}', 'claimed',
        '', 'a duplicate has none'
    ),
    (
        '{"status": "closed", "stop_loss_attempt": 2, "stop_loss_orders": ["id:9"]}', 'ok',
        'cancel id:9 Ks2', 'what is left of the stop-losses'
    ),
    ('{"status": "closed", "stop_loss_attempt": 1, "filled_quantity": 4}', 'replayed', 'cancel Ke1 Ks1', 'and of the entry'),
    ('{"status": "closed"}', 'ok', '', 'where there is something left'),
    ('{"status": "rolled_back", "stop_loss_attempt": 1, "close_attempt": 1}', 'ok', '', 'rolled back: nothing is due'),
    ('{"status": "canceled", "filled_quantity": 0}', 'ok', '', 'canceled: nothing is due'),
    ('{"status": "failed", "filled_quantity": 0}', 'ok', '', 'failed: nothing is due')
) as v (changes, outcome, due, what);
select is(order_of(v.changes::jsonb, 'existing', d.drives), '', 'no order to who does not drive a ' || (v.changes::jsonb ->> 'status'))
from (values
    ('{"status": "pending_entry"}'), ('{"status": "pending_sl", "stop_loss_attempt": 1}'),
    ('{"status": "pending_close", "close_attempt": 1, "close_quantity": 10, "filled_quantity": 1}'),
    ('{"status": "pending_rollback", "close_attempt": 1, "close_quantity": 10}')
) as v (changes)
cross join (values (false), (null)) as d (drives);
select is(
    order_of('{"status": "closed", "stop_loss_attempt": 1}', 'ok', null),
    'cancel Ks1',
    'but what is left to cancel to who was not asked whether it drives'
);
select is(
    order_of('{"status": "closed", "stop_loss_attempt": 1}', 'existing', false),
    '',
    'and not to who does not'
);

select * from finish();
rollback;
