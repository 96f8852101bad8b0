begin;
\ir setup.psql
select plan(135);

select declared_as_move('release_position', 'position_id bigint, reason text', executable_by => 'tradelatch_operator');

-- Whatever it is, it becomes closed, at once: nobody asks for a fence or a lease. The receipt has what may be left of entry and
-- stop-losses, and no order.

create table released as
select *
from (values
    ('T1USDT', 'pending_entry', 'long', 'both', 10, ', cancel e1'),
    ('T2USDT', 'entry_placed', 'short', 'both', 10, ', cancel e1'),
    ('T3USDT', 'pending_sl', 'long', 'both', 4, ', cancel e1 s1'),
    ('T4USDT', 'active', 'short', 'both', 10, ', cancel s1'),
    ('T5USDT', 'pending_close', 'long', 'long', 4, ', cancel c1 e1 s1'),
    ('T5USDT', 'pending_close', 'short', 'short', 10, ', cancel c1 s1'),
    ('T6USDT', 'pending_rollback', 'long', 'both', 0, ', cancel c1 e1'),
    ('T7USDT', 'pending_rollback', 'short', 'both', 10, ', cancel c1 s1'),
    ('T8USDT', 'pending_cancels', 'long', 'both', 4, ', cancel e1 s1')
) as t (symbol, status, side, position_side, filled, due);
-- What an end changes.
create function ended()
returns text[]
language sql
immutable
return '{status,open_quantity,exit_reason,closed_at,updated_at,orders_arrived,orders_in_hand,ends_as,exposure_at,orders_at}'::text[];
create table before (symbol text, position_side text, status text, id bigint, fence bigint, book_row jsonb, orders_left jsonb, events jsonb);
do $$
declare
    v_released released;
begin
    for v_released in select * from released loop
        call given(v_released.symbol, v_released.status, v_released.side, v_released.position_side, v_released.filled);
        insert into before
        select
            v_released.symbol,
            v_released.position_side,
            v_released.status,
            p.id,
            p.fence,
            to_jsonb(p),
            to_jsonb(monitoring.orders_left(p)),
            (select jsonb_agg(to_jsonb(e) order by e.id) from monitoring.position_events as e where e.position_id = p.id)
        from book_row(v_released.symbol, v_released.position_side) as p;
    end loop;
end
$$;
create table receipts as
select
    b.id,
    try(format('release_position(%s, ''lost for the bot'')', b.id), role => 'tradelatch_operator') as trial
from before as b;
select is(
    (r.trial).seen, 'ok closed' || t.due, format('%s %s, %s of 10 filled', t.status, t.side, t.filled)
)
from released as t
inner join before as b on b.symbol = t.symbol and b.position_side = t.position_side
inner join receipts as r on r.id = b.id;
select is(
    (p.status, p.open_quantity::numeric, p.exit_reason::text, p.closed_at = p.updated_at, p.fence),
    ('closed'::text, 0::numeric, 'lost for the bot'::text, true, b.fence),
    format('%s %s: nothing is open, the reason is known', b.status, b.position_side)
)
from before as b
inner join monitoring.positions as p on p.id = b.id;
select is(
    to_jsonb(p) - given.ended(),
    b.book_row - given.ended(),
    format('%s %s: all else is as it was', b.status, b.position_side)
)
from before as b
inner join monitoring.positions as p on p.id = b.id;
select is(
    event(b.symbol, b.position_side),
    format(
        'release_position %s>closed fence {"reason": "lost for the bot", "severity": "critical", "backup_id": "%s", "orders_left": %s}',
        b.status,
        (select k.backup_id from monitoring.position_backups as k where k.position_id = b.id),
        b.orders_left
    ),
    format('%s %s: a critical event, with its backup and what is left', b.status, b.position_side)
)
from before as b;

select is_empty(
    $$
        select b.symbol, a.detail
        from before as b
        left join monitoring.alerts as a on a.position_id = b.id and a.alert = 'position_released'
        where a.detail -> 'orders_left' is distinct from b.orders_left
    $$,
    'a person is told of each, and of the orders that are left'
);

select is(
    left_of(t.symbol, t.position_side),
    replace(t.due, ', cancel ', ''),
    format('%s %s: its orders stay noted', t.status, t.side)
)
from released as t
where t.position_side = 'both';

-- The backup.

select is(
    (k.made_by, k.reason, k.user_name, k.restored_at, k.restored_in),
    ('release_position'::text, 'lost for the bot'::text, session_user::text collate "default", null::timestamptz, null::xid8),
    format('%s %s: who released it, and why', b.status, b.position_side)
)
from before as b
left join monitoring.position_backups as k on k.position_id = b.id;
select is(
    (k.position, k.events),
    (b.book_row, b.events),
    format('%s %s: the whole row and all events, as they were', b.status, b.position_side)
)
from before as b
left join monitoring.position_backups as k on k.position_id = b.id;
select is(
    (select array[count(*), count(distinct k.backup_id), count(distinct k.position_id)] from monitoring.position_backups as k),
    (select array[count(*), count(*), count(*)] from before),
    'one backup each, with an id of its own'
);

-- Again.

select unchanged(
    format('release_position(%s, ''lost for the bot'')', b.id),
    regexp_replace((r.trial).seen, '^ok', 'replayed'),
    format('the same call again changes nothing, and shows what may be left: %s %s', b.status, b.position_side),
    'tradelatch_operator'
)
from before as b
inner join receipts as r on r.id = b.id;
select is(
    (select count(*) from monitoring.position_backups as k),
    (select count(*) from before),
    'nor is it backed up again'
);
select refused(
    format('release_position(%s, ''another reason'')', b.id),
    'TL002',
    'another reason is another call',
    'tradelatch_operator'
)
from before as b
where b.symbol = 'T4USDT';

-- Its slot is free, its driver is told, and what comes late is settled.

select is(
    line(tradelatch.create_position('binance', 'T4USDT', 'long', 5, 100)),
    'created pending_entry driven, entry buy 5 opening e1',
    'the slot is free'
);
select refused(
    format('release_position(%s, ''another reason'')', b.id),
    'TL002',
    'and the next one in it is not the one that was released',
    'tradelatch_operator'
)
from before as b
where b.symbol = 'T4USDT';
select is((book_row('T4USDT')).status, 'pending_entry', 'it is as it was');
select refused(
    format('activate_position(%s, %s, 95, ''x'')', b.id, b.fence), 'TL002', 'its driver can do nothing with it any more'
)
from before as b
where b.symbol = 'T3USDT';
select is(
    line(tradelatch.settle_position(b.id, 99, -3)), 'ok closed', 'it is settled'
)
from before as b
where b.symbol = 'T3USDT';
select refused(
    format('release_position(%s, ''lost for the bot'')', b.id),
    'TL002',
    'after that the release is not the latest move',
    'tradelatch_operator'
)
from before as b
where b.symbol = 'T3USDT';

-- Orders of a duplicate are withheld: whose they are, nobody knows.

call given('DUPUSDT', 'pending_sl');
create table held as
select id('DUPUSDT') as id;
drop index monitoring.idx_unique_active_position, monitoring.idx_unique_active_position_short;
insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, status, origin, filled_quantity, open_quantity, stop_loss_price
)
values ('binance', 'DUPUSDT', 'long', 10, 100, 'active', 'inserted', 10, 10, 95);
select is(
    (tradelatch.activate_position(h.id, p.fence, 95, p.order_key || 's1')).outcome, 'duplicate', 'a duplicate'
)
from held as h
inner join monitoring.positions as p on p.id = h.id;
select is(
    line(tradelatch.release_position(h.id, 'the other one is real')),
    'ok closed, cancel s1',
    'is released with what is left: its close was never handed out'
)
from held as h;
select is((book_row('DUPUSDT')).status, 'active', 'and the other one stays');

-- Adopted.

select is(
    line(tradelatch.adopt_position('binance', 'ADOPTUSDT', 'short', 10, 100, clock_timestamp(), stop_loss_price => 110,
    stop_loss_order_id => 'theirs')),
    'created active driven, cancel *',
    'adopted'
);
select is(
    line(tradelatch.release_position(id('ADOPTUSDT'), 'x')),
    'ok closed, cancel * id:theirs',
    'and released: * are orders that nobody can name'
);

-- What two drivers may still send, and an order of the bot's own.

call given('HANDSUSDT', 'active');
select is(
    line(tradelatch.begin_close(id('HANDSUSDT'), 'exit')),
    'ok pending_close driven, close sell 10 reduce-only c1',
    'one was given c1'
);
select is(
    line(tradelatch.take_over(id('HANDSUSDT'), 'he hangs')),
    'claimed pending_close driven, cancel c1, close sell 10 reduce-only c2',
    'another one c2'
);
select is(
    line(tradelatch.confirm_orders(id('HANDSUSDT'), orders_placed => array['tp-1'])),
    'ok pending_close',
    'a take-profit is told'
);
select is(
    line(tradelatch.release_position(id('HANDSUSDT'), 'mine')),
    'ok closed, cancel c1 c2 s1 tp-1',
    'all of them are to be cancelled'
);
select is(
    (book_row('HANDSUSDT')).orders_in_hand,
    null::jsonb,
    'nobody has any in hand: whoever released it looks after them'
);
select unchanged(
    $$confirm_orders(id('HANDSUSDT'), array[order_of('HANDSUSDT', 'c1')])$$,
    'replayed closed',
    'and what ends is no news'
);
select is(
    line(tradelatch.create_position('binance', 'HANDSUSDT', 'short', 1, 100)),
    'created pending_entry driven, entry sell 1 opening e1',
    'the slot is free, whatever is left'
);

-- Every status.

call given_each();
select cells($$release_position(id(%1$L), 'mine')$$, '{
    "pending_entry": "ok closed, cancel e1", "entry_placed": "ok closed, cancel e1", "pending_sl": "ok closed, cancel s1",
    "active": "ok closed, cancel s1", "pending_close": "ok closed, cancel c1 s1", "pending_rollback": "ok closed, cancel c1 s1",
    "pending_cancels": "ok closed, cancel s1", "pending_cancels_back": "ok closed, cancel s1"
}', 'tradelatch_operator');

-- What is refused; every terminal status is in lifecycle.sql.

call given('DONEUSDT', 'closed');
select refused($$release_position(id('DONEUSDT'), 'given')$$, 'TL002', 'what is over', 'tradelatch_operator');
select is(
    (select count(*) from monitoring.position_backups as k where k.position_id = id('DONEUSDT')), 0::bigint, 'is not backed up'
);
select refused(
    format('release_position(%s, ''x'')', p),
    'TL004',
    format('there is no position %s', p),
    'tradelatch_operator'
)
from (values (0), (-1), (9223372036854775807)) as unknown (p);

call given('BADUSDT', 'active');
create table good as
select jsonb_build_object('position_id', id('BADUSDT'), 'reason', 'test') as arguments;
select refused_values('release_position', g.arguments, 'position_id', array[null], 'tradelatch_operator') from good as g;
select refused_values('release_position', g.arguments, 'reason', bad_texts(1000), 'tradelatch_operator') from good as g;

-- Who may.

select is(
    (try($$release_position(id('BADUSDT'), repeat('x', 1000))$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'), ('tradelatch_bot', '42501'), ('tradelatch_operator', 'ok closed, cancel s1')
) as r (role, seen);

select explained();
select * from finish();
rollback;
