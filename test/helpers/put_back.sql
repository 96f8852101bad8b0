-- What a position was earlier, under a new fence.

begin;
\ir setup.psql
select plan(58);

select is_internal('monitoring.put_back(monitoring.positions, monitoring.positions, uuid)', 'volatile');

-- Rows as no function would leave them, so that every column is told from every other one.

insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, stop_loss_percent, origin, request_id, attempt, signal, details, status,
    filled_quantity, average_price, open_quantity, exchange_order_id, exit_reason, exit_price, realized_pnl, fees,
    stop_loss_price, stop_loss_order, stop_loss_order_id, stop_loss_attempt, stop_loss_sized, close_attempt, close_quantity,
    orders_arrived, orders_in_hand, own_orders, ends_as,
    orders_withheld, taken_over, drive_attempt, lease_until, opened_at, activated_at
)
select
    'binance', s.symbol, 'long', 10, 100, 2, 'created', s.symbol, gen_random_uuid(), 7, '{"note": "x"}', s.status,
    9, 101, 8, 'entry-' || s.symbol, 'before', 102, 3, 4,
    95, 'id:stop', 'stop', 5, 4, 6, 7,
    array['id:stop', 'x'], '{"y": {"driver": true}}', array['x'], case s.status when 'pending_cancels' then 'rolled_back' end,
    false, true, gen_random_uuid(), now() + s.lease_left, now() - interval '3 hours', now() - interval '2 hours'
from (values
    ('ACTIVE', 'active', interval '1 hour'),
    ('STOP', 'pending_sl', '1 hour'),
    ('CLOSE', 'pending_close', '-1 hour'),
    ('CANCELS', 'pending_cancels', '1 hour'),
    ('ENTRY', 'pending_entry', '1 hour'),
    ('LATE', 'pending_entry', '-1 hour')
) as s (symbol, status, lease_left);
insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, status, origin, filled_quantity, open_quantity, orders_arrived
)
values
    ('binance', 'ADOPTED', 'long', 10, 100, 'pending_sl', 'adopted', 10, 10, '{*}'),
    ('binance', 'NAMED', 'long', 10, 100, 'pending_sl', 'created', 10, 10, '{*}'),
    ('binance', 'UNFILLED', 'long', 10, 100, 'entry_placed', 'created', 0, 0, '{}');
create table before as
select p.*, 0::bigint as events_before from monitoring.positions as p;

update monitoring.positions
set
    status = 'closed', open_quantity = 0, exit_reason = 'after', exit_price = 1, realized_pnl = 1, fees = 1,
    orders_withheld = true, taken_over = false, stop_loss_order = null, stop_loss_order_id = null, stop_loss_sized = 0, close_quantity = null,
    orders_arrived = '{z}', orders_in_hand = null, own_orders = null, ends_as = null, details = '{}',
    average_price = 1, stop_loss_price = 1, opened_at = now(), activated_at = now(),
    move = 'release_position', move_details = '{}'
where symbol <> 'ADOPTED';

create function put_back(symbol text)
returns text
language plpgsql
as $$
declare
    v_position monitoring.positions := (
        select p
        from before as b
        inner join monitoring.positions as p on p.id = b.id
        where b.symbol = put_back.symbol
    );
    v_earlier monitoring.positions;
begin
    if v_position.origin <> 'adopted' then
        v_earlier := jsonb_populate_record(
            null::monitoring.positions, (select to_jsonb(b) from before as b where b.id = v_position.id)
        );
    end if;
    perform monitoring.put_back(v_position, v_earlier, '11111111-1111-4111-8111-111111111111');
    return 'done';
exception
    when others then
        return sqlstate;
end
$$;
create function state(symbol text)
returns text
language sql
volatile
return (
    select format('%s %s', p.status, count(e))
    from monitoring.positions as p
    left join monitoring.position_events as e on e.position_id = p.id
    where p.symbol = state.symbol
    group by p.status
);

select is(put_back(b.symbol), 'TL002', 'outside of a restore: ' || b.symbol) from before as b;
select is(state('ACTIVE'), 'closed 2', 'nothing has changed');

insert into monitoring.position_backups (backup_id, position_id, made_by, reason, events, restored_at, restored_in)
select '11111111-1111-4111-8111-111111111111', b.id, 'test', 'test', '[]', now(), pg_current_xact_id()
from before as b;
create table fences as
select max(p.fence) as highest from monitoring.positions as p;
select is(put_back(b.symbol), 'done', 'inside of one: ' || b.symbol) from before as b;
select is(
    to_jsonb(p) - o.others,
    to_jsonb(b) - o.others - 'events_before',
    b.symbol || ' is what it was'
)
from before as b
inner join monitoring.positions as p on p.id = b.id
cross join (values (array[
    'fence', 'lease_until', 'updated_at', 'drive_attempt', 'exposure_at', 'orders_at',
    'status', 'stop_loss_order', 'stop_loss_order_id', 'stop_loss_attempt', 'close_attempt', 'orders_arrived', 'orders_in_hand',
    'has_stop_loss' -- of a table that was taken over
])) as o (others)
where b.origin <> 'adopted';
select ok(
    p.fence > f.highest and p.drive_attempt is null and p.lease_until = 'epoch',
    b.symbol || ': under a fence above every one before, which is nobody''s, and without a lease'
)
from before as b
inner join monitoring.positions as p on p.id = b.id
cross join fences as f
where b.origin <> 'adopted';
select is(
    (e.event, e.from_status, e.to_status, e.fence, e.details)::text,
    ('restore_backup', 'closed', p.status, p.fence, '{"backup_id": "11111111-1111-4111-8111-111111111111"}'::jsonb)::text,
    b.symbol || ': the log has it, after all that came before'
)
from before as b
inner join monitoring.positions as p on p.id = b.id
cross join lateral (
    select x.*
    from monitoring.position_events as x
    where x.position_id = b.id
    order by x.id desc
    limit 1
) as e
where b.origin <> 'adopted';

-- Nobody looked after its orders: no stop-loss is known to stand, whoever takes it up is called for an id that was never given, what
-- was left is left, and so is what nobody can name. What somebody had in hand stays so until the lease and the grace time have passed.

create function given.hands(book_row monitoring.positions)
returns text
language sql
stable
return (
    select string_agg(
        h.name || case
            when (h.hand ->> 'until')::timestamptz = now() + interval '1 hour 5 seconds' then ' an hour'
            when (h.hand ->> 'until')::timestamptz between now() + interval '5 seconds' and clock_timestamp() + interval '5 seconds' then ' now'
            else h.hand::text
        end,
        ', ' order by h.name
    )
    from jsonb_each(book_row.orders_in_hand) as h (name, hand)
);
select is(
    concat_ws(
        '; ', p.status, replace(monitoring.current_order(monitoring.hand_over(p, '1 minute', null)), p.order_key, 'K'), array_to_string(p.orders_arrived, ','),
        replace(hands(p), p.order_key, 'K'), p.stop_loss_order, p.stop_loss_order_id
    ),
    v.orders,
    v.what
)
from (values
    ('ACTIVE', 'pending_sl; Ks6; id:stop,x,*; y an hour', 'one that was active is to be protected anew'),
    ('STOP', 'pending_sl; Ks6; id:stop,x,*; Ks5 an hour, y an hour', 'so is one that was about to be'),
    ('CLOSE', 'pending_close; Kc7; id:stop,x,*; Kc6 now, y now', 'a close'),
    ('CANCELS', 'pending_cancels; id:stop,x,*; y an hour', 'orders to cancel'),
    ('ENTRY', 'pending_entry; Ke1; id:stop,x,*; Ke1 an hour, y an hour', 'an entry that may still be sent'),
    ('LATE', 'pending_entry; Ke1; id:stop,x,*; Ke1 now, y now', 'one that could be until now'),
    ('NAMED', 'pending_sl; Ks1; *; Ks0 now', 'what nobody can name is noted once'),
    ('UNFILLED', 'entry_placed; ', 'and not at all where nothing was filled')
) as v (symbol, orders, what)
inner join monitoring.positions as p on p.symbol = v.symbol;
select ok(p.exposure_at > b.exposure_at and p.orders_at > b.orders_at, 'what was seen before says nothing')
from before as b
inner join monitoring.positions as p on p.id = b.id
where b.symbol = 'ACTIVE';

-- A position that was nothing is over.

select is(
    (p.status, p.open_quantity, p.exit_reason, p.closed_at between now() and clock_timestamp(), p.fence)::text,
    ('closed', 0, 'its adoption was taken back', true, b.fence)::text,
    'one that was adopted is closed'
)
from before as b
inner join monitoring.positions as p on p.id = b.id
where b.origin = 'adopted';
select is(state('ADOPTED'), 'closed 2', 'and that is logged');

-- Its slot was taken by somebody who takes no lock: nobody sees 23505.

update monitoring.positions set status = 'closed', move = 'release_position', move_details = '{}' where symbol = 'ACTIVE';
insert into monitoring.positions (exchange, symbol, side, quantity, entry_price, status, origin)
values ('binance', 'ACTIVE', 'short', 10, 100, 'pending_entry', 'adopted');
select is(put_back('ACTIVE'), '40001', 'the slot is taken');

select * from finish();
rollback;
