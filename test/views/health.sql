-- The book in one row. What happened within a day is told by the time of the events: now() stands still in this transaction.

begin;
\ir setup.psql
select plan(31);

select is_read_only('health');
select is(
    columns_of('health'),
    array[
        'open_by_status jsonb', 'open_positions bigint', 'duplicates_prevented bigint', 'rollback_rate numeric',
        'oldest_unfinished timestamp with time zone', 'oldest_unfinished_age interval', 'without_stop_loss bigint',
        'stale_fences_refused bigint', 'sees_all_accounts boolean', 'findings_recorded_at timestamp with time zone'
    ],
    'its columns are settled'
);

-- Nothing yet.

select is(
    h.open_by_status,
    '{"pending_entry": 0, "entry_placed": 0, "pending_sl": 0, "active": 0, "pending_close": 0, "pending_rollback": 0, "pending_cancels": 0}'::jsonb,
    'an empty book: every open status, and how few are in it'
)
from tradelatch.health as h;
select is(h.open_positions, 0::bigint, 'no open position') from tradelatch.health as h;
select is(h.duplicates_prevented, 0::bigint, 'no duplicate prevented') from tradelatch.health as h;
select is(h.rollback_rate, null, 'no rate where nothing was opened') from tradelatch.health as h;
select is((h.oldest_unfinished, h.oldest_unfinished_age)::text, '(,)', 'nothing unfinished') from tradelatch.health as h;
select is(h.without_stop_loss, 0::bigint, 'nothing without a stop-loss') from tradelatch.health as h;

-- Open by status, and what is unfinished.

insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, status, stop_loss_price, filled_quantity, open_quantity, created_at, closed_at
)
values
    ('binance', 'A', 'long', 10, 1, 'pending_entry', null, 0, 0, now() - interval '2 hours', null),
    ('binance', 'B', 'long', 10, 1, 'entry_placed', null, 0, 0, now() - interval '3 hours', null),
    ('binance', 'C', 'long', 10, 1, 'active', 0.9, 10, 10, now() - interval '9 hours', null),
    ('binance', 'D', 'long', 10, 1, 'closed', 0.9, 10, 0, now() - interval '9 hours', now()),
    ('binance', 'E', 'long', 10, 1, 'canceled', null, 0, 0, now() - interval '9 hours', now());
select is(
    h.open_by_status,
    '{"pending_entry": 1, "entry_placed": 1, "pending_sl": 0, "active": 1, "pending_close": 0, "pending_rollback": 0, "pending_cancels": 0}'::jsonb,
    'what is open, by status; what is over is not in it'
)
from tradelatch.health as h;
select is(h.open_positions, 3::bigint, 'three are open') from tradelatch.health as h;
select is(h.oldest_unfinished, now() - interval '3 hours', 'the oldest that is neither active nor over') from tradelatch.health as h;
select ok(
    h.oldest_unfinished_age between interval '3 hours' and interval '3 hours 5 minutes',
    'and how old it is now'
)
from tradelatch.health as h;
select is(h.without_stop_loss, 0::bigint, 'an entry that is not filled needs no stop-loss, an active one has it')
from tradelatch.health as h;

insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, status, filled_quantity, open_quantity, stop_loss_order, orders_arrived
)
values
    ('binance', 'F', 'long', 10, 1, 'pending_sl', 0.5, 0.5, null, '{}'),
    ('binance', 'G', 'long', 10, 1, 'pending_rollback', 10, 10, null, '{}'),
    ('binance', 'H', 'long', 10, 1, 'pending_rollback', 0, 0, null, '{}'),
    ('binance', 'I', 'long', 10, 1, 'pending_close', 10, 10, null, '{}'),
    ('binance', 'J', 'long', 10, 1, 'pending_close', 10, 10, 'id:1', array['id:1']),
    ('binance', 'K', 'long', 10, 1, 'pending_sl', 10, 10, 'id:2', array['id:2']),
    ('binance', 'L', 'long', 10, 1, 'pending_cancels', 10, 0, null, array['id:3']);
select is(h.without_stop_loss, 3::bigint, 'something is open, and no stop-loss is known to stand') from tradelatch.health as h;
select is(h.open_positions, 10::bigint, 'ten are open') from tradelatch.health as h;
select is(h.rollback_rate, null, 'rows that were put in by hand were not opened') from tradelatch.health as h;

-- An active one is unfinished, too, while an order beside its stop-loss is left that somebody must cancel; the bot's own is not.
insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, status, filled_quantity, open_quantity, stop_loss_price, stop_loss_order,
    orders_arrived, own_orders, created_at
)
values
    ('binance', 'M', 'long', 10, 1, 'active', 10, 10, 0.9, 'id:4', array['id:4', 'tp-1', '*'], array['tp-1'], now() - interval '5 hours'),
    ('binance', 'N', 'long', 10, 1, 'active', 10, 10, 0.9, 'id:6', array['id:5', 'id:6'], null, now() - interval '4 hours');
select is(h.oldest_unfinished, now() - interval '4 hours', 'one with an earlier stop-loss is unfinished') from tradelatch.health as h;

-- A day, to the microsecond.

create temporary view day as
select
    now() - interval '1 day' + interval '1 microsecond' as just_inside,
    now() - interval '1 day' - interval '1 microsecond' as just_outside;

insert into monitoring.position_events (position_id, at, event, from_status, to_status)
select 1, e.at, e.event, e.from_status, e.to_status
from day
cross join lateral (values
    (day.just_outside, 'duplicate_prevented', 'pending_entry', 'pending_entry'),
    (day.just_outside, 'create_position', null, 'pending_entry'),
    (day.just_outside, 'create_position', null, 'pending_entry'),
    (day.just_outside, 'rollback_position', 'pending_sl', 'pending_rollback')
) as e (at, event, from_status, to_status);
select is(
    (h.duplicates_prevented, h.rollback_rate)::text, '(0,)', 'what is just older than a day does not count'
)
from tradelatch.health as h;

insert into monitoring.position_events (position_id, at, event, from_status, to_status)
select 1, e.at, e.event, e.from_status, e.to_status
from day
cross join lateral (values
    (day.just_inside, 'duplicate_prevented', 'pending_entry', 'pending_entry'),
    (now(), 'duplicate_prevented', 'active', 'active'),
    (day.just_inside, 'create_position', null, 'pending_entry'),
    (now(), 'create_position', null, 'pending_entry'),
    (now(), 'create_position', null, 'pending_entry'),
    (now(), 'create_position', null, 'pending_entry')
) as e (at, event, from_status, to_status);
select is(
    (h.duplicates_prevented, h.rollback_rate)::text, '(2,0.0000)', 'what is just younger does'
)
from tradelatch.health as h;

insert into monitoring.position_events (position_id, at, event, from_status, to_status)
select 1, e.at, e.event, e.from_status, e.to_status
from day
cross join lateral (values
    (day.just_inside, 'rollback_position', 'entry_placed', 'pending_rollback'),
    -- what goes on within a rollback is no other one
    (now(), 'claim_stale', 'pending_rollback', 'pending_rollback'),
    (now(), 'confirm_entry', 'pending_rollback', 'pending_rollback'),
    (now(), 'confirm_flat', 'pending_rollback', 'rolled_back')
) as e (at, event, from_status, to_status);
select is(h.rollback_rate, 0.25, 'one of four openings was rolled back') from tradelatch.health as h;

insert into monitoring.position_events (position_id, at, event, from_status, to_status)
values (1, now(), 'activate_position', 'pending_sl', 'pending_rollback');
select is(h.rollback_rate, 0.5, 'a duplicate that came to light is rolled back, too') from tradelatch.health as h;
select is(count(*), 1::bigint, 'it is always one row') from tradelatch.health as h;

select * from finish();
rollback;
