-- A move is written, and answered.

begin;
\ir setup.psql
set local timezone = 'UTC';
select plan(16);

select is_internal('monitoring.write_move(monitoring.positions, text, jsonb, text, boolean, boolean)', 'volatile');

-- A row of the book, active, with its stop-loss; what a function makes of it.
insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, origin, order_key, status, filled_quantity, open_quantity, stop_loss_price,
    stop_loss_order, stop_loss_attempt, orders_arrived
)
values ('binance', 'APTUSDT', 'long', 10, 100, 'created', 'K', 'active', 10, 10, 95, 'Ks1', 1, '{Ks1}');
create function wanted(changes jsonb default '{}')
returns monitoring.positions
language sql
volatile
return (select jsonb_populate_record(p, wanted.changes) from monitoring.positions as p where p.symbol = 'APTUSDT');

-- Every column that a move may change.
create temporary table all_of_it as
select '{
    "status": "pending_cancels", "filled_quantity": 11, "average_price": 102, "open_quantity": 3, "exchange_order_id": "88",
    "exit_reason": "because", "exit_price": 103, "realized_pnl": -4, "stop_loss_price": 94, "stop_loss_order": "Ks2",
    "stop_loss_order_id": "9", "stop_loss_attempt": 2, "stop_loss_sized": 2, "close_attempt": 1, "close_quantity": 5,
    "orders_arrived": ["Ks2", "x"], "orders_in_hand": {"y": {"driver": true}}, "own_orders": ["x"], "orders_withheld": true,
    "ends_as": "closed", "drive_attempt": "11111111-1111-4111-8111-111111111111", "taken_over": true,
    "opened_at": "2026-01-01T00:00:00+00:00", "activated_at": "2026-01-01T00:01:00+00:00"
}'::jsonb || jsonb_build_object('fence', (wanted()).fence + 1, 'lease_until', now() + interval '1 hour') as changes;
create temporary table answered as
select r.*
from all_of_it as a
cross join lateral monitoring.write_move(wanted(a.changes), 'confirm_close', '{"reason": "because"}', 'ok', true) as r;
select is(
    (select jsonb_object_agg(c.key, to_jsonb(wanted()) -> c.key) from jsonb_each(a.changes) as c),
    a.changes,
    'every column that a move may change is written'
)
from all_of_it as a;
select is(
    (r.outcome, r.status, r.fence, r.lease_until)::text,
    ('ok', 'pending_cancels', (wanted()).fence, (wanted()).lease_until)::text,
    'the receipt says where it stands now'
)
from answered as r;
select results_eq(
    'select event, from_status, to_status, details from monitoring.position_events order by id desc limit 1',
    $$ values ('confirm_close', 'active', 'pending_cancels', '{"reason": "because"}'::jsonb) $$,
    'and the log has it'
);
select is(
    (
        select array_agg(k.key order by k.key)
        from jsonb_object_keys(to_jsonb(wanted())) as k (key)
        where not (select a.changes from all_of_it as a) ? k.key
            -- a table that was taken over has more
            and (k.key = any (v.columns) or to_regclass('monitoring.legacy_state') is null)
    ),
    v.columns,
    'what it does not write is what never changes, what others write, and what the trigger sets'
)
from (
    values (array[
        'account', 'attempt', 'closed_at', 'created_at', 'details', 'entry_price', 'exchange', 'exposure_at', 'fees', 'id', 'move',
        'move_details', 'order_key', 'orders_at', 'origin', 'position_side', 'quantity', 'request_id', 'side', 'signal',
        'stop_loss_percent', 'symbol', 'updated_at'
    ])
) as v (columns);

-- A pending_cancels is over with its last order.

create function outcome(changes jsonb, move text, drives boolean default false, is_given boolean default false)
returns text
language plpgsql
as $$
declare
    v_receipt tradelatch.receipt;
begin
    v_receipt := monitoring.write_move(wanted(outcome.changes), outcome.move, '{}', 'ok', outcome.drives, outcome.is_given);
    return concat_ws(
        ' ', v_receipt.status, (wanted()).ends_as, (wanted()).closed_at is not null,
        'cancel ' || array_to_string(v_receipt.order_cancels, ',')
    );
end
$$;
select is(
    outcome('{"orders_arrived": ["x"], "orders_in_hand": null}', 'confirm_orders'), 'pending_cancels closed f',
    'while one is left it waits'
);
select is(
    outcome('{"orders_arrived": [], "orders_in_hand": {"x": {"until": "1999-01-01"}}}', 'confirm_orders'),
    'pending_cancels closed f',
    'also for one that somebody could have sent'
);
select is(
    outcome('{"orders_arrived": [], "own_orders": null, "orders_in_hand": null}', 'confirm_orders'), 'closed t',
    'then it is what it was to be'
);

-- Any other status is to become nothing.

insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, origin, order_key, status, filled_quantity, open_quantity, ends_as, orders_arrived,
    close_attempt, close_quantity
)
values ('binance', 'AVLUSDT', 'long', 10, 100, 'created', 'L', 'pending_cancels', 10, 0, 'rolled_back', '{Le1}', 1, 10);
create or replace function wanted(changes jsonb default '{}')
returns monitoring.positions
language sql
volatile
return (select jsonb_populate_record(p, wanted.changes) from monitoring.positions as p where p.symbol = 'AVLUSDT');
select is(
    outcome('{"status": "pending_rollback", "close_attempt": 2, "open_quantity": 1}', 'confirm_entry'), 'pending_rollback f',
    'one that filled after all is to be closed first'
);
select is(
    outcome('{"status": "pending_cancels", "ends_as": "rolled_back", "open_quantity": 0, "orders_arrived": []}', 'confirm_flat', true),
    'rolled_back t',
    'and may be over at once'
);

-- Who is shown what.

insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, origin, order_key, status, filled_quantity, open_quantity, orders_arrived, stop_loss_attempt
)
values ('binance', 'ENAUSDT', 'long', 10, 100, 'created', 'M', 'pending_sl', 10, 10, '{Me1,Ms1}', 2);
create or replace function wanted(changes jsonb default '{}')
returns monitoring.positions
language sql
volatile
return (select jsonb_populate_record(p, wanted.changes) from monitoring.positions as p where p.symbol = 'ENAUSDT');
select is(outcome('{}', 'take_over', false), 'pending_sl f', 'who does not drive is shown no orders');
select is(outcome('{}', 'take_over', true), 'pending_sl f cancel Ms1', 'who drives is, but not an entry that may rest');
select is(outcome('{}', 'take_over', true, true), 'pending_sl f cancel Me1,Ms1', 'which who is given the drive is told, too');

-- The trigger holds it to the table of transitions.

select is(
    answer($$ monitoring.write_move(wanted('{"status": "rolled_back"}'), 'confirm_flat', '{}', 'ok', true) $$), 'TL002', 'of no other status'
);

select * from finish();
rollback;
