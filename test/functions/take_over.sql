begin;
\ir setup.psql
select plan(203);

select declared_as_move(
    'take_over',
    'position_id bigint, reason text, lease interval = ''1 minute''',
    executable_by => 'tradelatch_operator'
);

-- At once, while the lease lives: a fence that is higher, a lease, and the order that is due, under a fresh id where the driver
-- before may still send the one that it was given. An entry is one to look up; a resting one is told.

create table taken as
select *
from (values
    ('T1USDT', 'pending_entry', 'long', 'both', 10, 'entry buy 10 opening e1', null),
    ('T2USDT', 'entry_placed', 'short', 'both', 10, 'entry sell 10 opening e1', null),
    ('T3USDT', 'pending_sl', 'long', 'both', 4, 'cancel e1 s1, stop_loss sell 4 reduce-only s2', 'cancel s1, stop_loss sell 4 reduce-only s2'),
    ('T4USDT', 'active', 'short', 'both', 10, null, null),
    ('T5USDT', 'pending_close', 'long', 'long', 4, 'cancel c1 e1, close sell 10 reduce-only c2', 'cancel c1 e1, close sell 10 reduce-only c2'),
    ('T5USDT', 'pending_close', 'short', 'short', 10, 'cancel c1, close buy 10 reduce-only c2', 'cancel c1, close buy 10 reduce-only c2'),
    ('T6USDT', 'pending_rollback', 'long', 'both', 0, 'cancel c1 e1, close sell 10 reduce-only c2', 'cancel c1 e1, close sell 10 reduce-only c2'),
    ('T7USDT', 'pending_rollback', 'short', 'both', 10, 'cancel c1 s1, close buy 10 reduce-only c2', 'cancel c1 s1, close buy 10 reduce-only c2'),
    ('T8USDT', 'active', 'long', 'both', 4, 'cancel e1', null),
    ('T9USDT', 'pending_cancels', 'short', 'both', 4, 'cancel e1 s1', 'cancel e1 s1')
) as t (symbol, status, side, position_side, filled, due, renewed);
create table before (symbol text, position_side text, fence bigint, lease_until timestamptz);
do $$
declare
    v_taken taken;
begin
    for v_taken in select * from taken loop
        call given(
            v_taken.symbol, v_taken.status, v_taken.side, v_taken.position_side, v_taken.filled,
            attempt => md5(v_taken.symbol || v_taken.side)::uuid
        );
        insert into before
        select v_taken.symbol, v_taken.position_side, p.fence, p.lease_until
        from book_row(v_taken.symbol, v_taken.position_side) as p;
    end loop;
end
$$;
select is(
    line(tradelatch.take_over(id(t.symbol, t.position_side), 'its bot hangs', lease => '10 minutes')),
    'claimed ' || t.status || ' driven' || coalesce(', ' || t.due, ''),
    format('%s %s, %s of 10 filled', t.status, t.side, t.filled)
)
from taken as t;
select is(
    event(t.symbol, t.position_side),
    format(
        'take_over %1$s>%1$s fence %2$s',
        t.status,
        jsonb_build_object('reason', 'its bot hangs', 'lease_ended', b.lease_until)
    ),
    format('%s %s: the log has the reason, and when the lease before ended', t.status, t.side)
)
from taken as t
inner join before as b on b.symbol = t.symbol and b.position_side = t.position_side;
select cmp_ok(
    fence(b.symbol, b.position_side),
    '>',
    b.fence,
    format('the drive has changed hands: %s %s', b.symbol, b.position_side)
)
from before as b;
select is(
    count(*), 0::bigint, 'every fence is above each that was ever given'
)
from before as b
where fence(b.symbol, b.position_side) <= (select max(x.fence) from before as x);
select ok(
    (book_row('T3USDT')).lease_until between now() + interval '10 minutes' and clock_timestamp() + interval '10 minutes',
    'the lease is as told'
);
select is(
    line(tradelatch.create_position('binance', 'T3USDT', 'long', 10, 100)),
    'existing pending_sl',
    'the slot stays taken'
);

-- The driver before is fenced off, whatever it calls; without its fence it is somebody else.

select refused(format(c.call, b.symbol, b.position_side, b.fence), 'TL003', format('the former driver: %s of %s', c.call,
    t.status))
from before as b
inner join taken as t on t.symbol = b.symbol and t.position_side = b.position_side
cross join (values
    ('renew_lease(id(%L, %L), %s)'),
    ('place_entry(id(%L, %L), %s, ''order'')'),
    ('confirm_entry(id(%L, %L), %s, 10, 100)'),
    ('activate_position(id(%L, %L), %s, 95, ''x'')'),
    ('cancel_position(id(%L, %L), %s, ''x'')'),
    ('rollback_position(id(%L, %L), %s, ''x'')'),
    ('confirm_flat(id(%L, %L), %s)'),
    ('begin_close(id(%L, %L), ''x'', fence => %s)'),
    ('confirm_close(id(%L, %L), ''x'', fence => %s)')
) as c (call)
where t.side = 'long';
select unchanged(
    format(
        'create_position(''binance'', %L, %L, 10, 100, position_side => %L, attempt => %L)',
        t.symbol, t.side, t.position_side, md5(t.symbol || t.side)::uuid
    ),
    'replayed ' || t.status,
    format('its attempt carries nothing any more: %s %s', t.status, t.side)
)
from taken as t;

-- Whoever took it over drives it.

select is(
    line(tradelatch.renew_lease(id(t.symbol, t.position_side), fence(t.symbol, t.position_side))),
    'ok ' || t.status || ' driven'
    || coalesce(', ' || t.renewed, ''),
    format('the lease is renewed, and no entry is ever sent: %s %s', t.status, t.side)
)
from taken as t;
select is(
    line(tradelatch.confirm_flat(id('T6USDT'), fence('T6USDT'))),
    'ok pending_cancels driven, cancel c1',
    'it ends a rollback, but for what the driver before may still send'
);
select is(
    line(tradelatch.confirm_close(id('T5USDT', 'long'), 'exit', fence => fence('T5USDT', 'long'))),
    'ok pending_cancels driven, cancel c1 e1 s1',
    'and a close'
);
select is(
    line(tradelatch.confirm_flat(id('T6USDT'), fence('T6USDT'), orders_of('T6USDT', 'c1'))),
    'replayed pending_cancels driven, cancel c1',
    'that order it does not end'
);
call hands_end('T6USDT');
select is(
    line(tradelatch.confirm_flat(id('T6USDT'), fence('T6USDT'), orders_of('T6USDT', 'c1'))),
    'replayed rolled_back driven',
    'before the lease before and the grace time have passed'
);
select is(
    line(tradelatch.begin_close(id('T4USDT'), 'exit', fence => fence('T4USDT'), lease => '1 second')),
    'ok pending_close driven, close buy 10 reduce-only c1',
    'and begins one'
);

-- Called again: taken over again.

create table again as
select fence('T7USDT') as fence;
select is(
    line(tradelatch.take_over(id('T7USDT'), 'its bot hangs')),
    'claimed pending_rollback driven, cancel c1 c2 s1, close buy 10 reduce-only c3',
    'again'
);
select cmp_ok(fence('T7USDT'), '>', a.fence, 'under a fence of its own')
from again as a;
select refused(
    format('confirm_flat(id(''T7USDT''), %s)', a.fence),
    'TL003',
    'who took it over before is the former driver now'
)
from again as a;
select is(
    events('T7USDT'),
    'create_position place_entry confirm_entry rollback_position take_over take_over',
    'both are logged'
);

-- It is no move: what came before it is still the latest one, and is replayed.

call given('REPUSDT', 'pending_rollback');
select is((tradelatch.take_over(id('REPUSDT'), 'x')).outcome, 'claimed', 'taken over');
select unchanged(
    $$rollback_position(id('REPUSDT'), fence('REPUSDT'), 'given')$$,
    'replayed pending_rollback driven, cancel c1 s1, close sell 10 reduce-only c2',
    'the rollback that came before it, told again by the driver'
);

call given('ATTUSDT', 'active');
select is(
    line(tradelatch.begin_close(id('ATTUSDT'), 'exit', attempt => '00000000-0000-0000-0000-0000000000a1')),
    'ok pending_close driven, close sell 10 reduce-only c1',
    'a close'
);
select is(
    line(tradelatch.take_over(id('ATTUSDT'), 'x')),
    'claimed pending_close driven, cancel c1, close sell 10 reduce-only c2',
    'taken over'
);
select unchanged(
    $$begin_close(id('ATTUSDT'), 'exit', attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'replayed pending_close',
    'its attempt is shown neither fence nor order any more'
);

-- An entry is judged never sent when the lease of who might send it, and the grace time, have passed; not earlier, and whoever
-- took it over since.

create function until(symbol text)
returns timestamptz
language sql
volatile
return ((book_row(until.symbol)).orders_in_hand -> order_of(until.symbol, 'e1') ->> 'until')::timestamptz;
call given('E1USDT', 'pending_entry');
create table lease as
select (book_row('E1USDT')).lease_until;
select refused(
    $$fail_position(id('E1USDT'), fence('E1USDT'), 'not found')$$, 'TL002', 'its sender does not judge it'
);
select is(
    (tradelatch.take_over(id('E1USDT'), 'x', '1 second')).outcome,
    'claimed',
    'taken over, while the lease lives'
);
select is(
    until('E1USDT'), l.lease_until + interval '5 seconds', 'it is judged after that lease and 5 s'
)
from lease as l;
select held_back(
    $$fail_position(id('E1USDT'), fence('E1USDT'), 'not found')$$,
    order_of('E1USDT', 'e1'),
    l.lease_until + interval '5 seconds',
    'not before they have passed'
)
from lease as l;
select is((tradelatch.take_over(id('E1USDT'), 'x', '1 hour')).outcome, 'claimed', 'taken over again');
select is(
    until('E1USDT'),
    l.lease_until + interval '5 seconds',
    'the lease of its sender counts, which is the longer one'
)
from lease as l;
select is(
    line(tradelatch.renew_lease(id('E1USDT'), fence('E1USDT'), '2 hours')),
    'ok pending_entry driven',
    'nor does a longer lease'
);
select is(until('E1USDT'), l.lease_until + interval '5 seconds', 'put it off')
from lease as l;

call given('E2USDT', 'pending_entry');
call lapse('E2USDT', '1 second');
select is((tradelatch.take_over(id('E2USDT'), 'x')).outcome, 'claimed', 'taken over, 1 s after the lease');
select refused(
    $$fail_position(id('E2USDT'), fence('E2USDT'), 'not found')$$, 'TL002', 'the grace time has not passed'
);
call given('E3USDT', 'pending_entry');
call lapse('E3USDT', '5 seconds');
select is((tradelatch.take_over(id('E3USDT'), 'x')).outcome, 'claimed', 'taken over, 5 s after the lease');
select is(
    line(tradelatch.fail_position(id('E3USDT'), fence('E3USDT'), 'not found')), 'ok failed driven', 'it is judged'
);
call given('E4USDT', 'pending_entry');
call claim('E4USDT');
create table claimed as
select (book_row('E4USDT')).lease_until;
select is(
    (tradelatch.take_over(id('E4USDT'), 'x')).outcome,
    'claimed',
    'taken over from a recovery, whose lease lives'
);
select held_back(
    $$fail_position(id('E4USDT'), fence('E4USDT'), 'not found')$$,
    order_of('E4USDT', 'e1'),
    c.lease_until + interval '5 seconds',
    'it was given the entry too'
)
from claimed as c;
call hands_end('E4USDT');
select is(
    line(tradelatch.fail_position(id('E4USDT'), fence('E4USDT'), 'not found')),
    'ok failed driven',
    'after its lease it is judged'
);
call given('E5USDT', 'pending_entry');
select is((tradelatch.take_over(id('E5USDT'), 'x')).outcome, 'claimed', 'taken over');
select is(
    line(tradelatch.confirm_entry(id('E5USDT'), fence('E5USDT'), 10, 100)),
    'ok pending_sl driven, stop_loss sell 10 reduce-only s1',
    'the order was there'
);

-- Where the first stop-loss of a created position stands is a person's decision then.

create table sides as
select *
from (values ('S1USDT', 'long', 104), ('S2USDT', 'short', 96), ('S3USDT', 'long', 100)) as s (symbol, side, price);
do $$
declare
    v_side sides;
begin
    for v_side in select * from sides loop
        call given(v_side.symbol, 'pending_sl', v_side.side);
    end loop;
end
$$;
select refused(
    format('activate_position(id(%1$L), fence(%1$L), %2$s, order_of(%1$L, ''s1''))', s.symbol, s.price),
    '22023 stop_loss_price',
    format('a stop-loss of a %s at 100 at %s', s.side, s.price)
)
from sides as s;
select is(
    (tradelatch.take_over(id(s.symbol), 'x')).outcome, 'claimed', 'taken over: ' || s.symbol
)
from sides as s;
select is(
    line(tradelatch.activate_position(id(s.symbol), fence(s.symbol), s.price, order_of(s.symbol, 's2'))),
    'ok active driven, cancel s1',
    format('a stop-loss of a %s at 100 at %s, taken over', s.side, s.price)
)
from sides as s;
call given('S4USDT', 'pending_entry');
select is((tradelatch.take_over(id('S4USDT'), 'x')).outcome, 'claimed', 'taken over before the fill');
select is((tradelatch.confirm_entry(id('S4USDT'), fence('S4USDT'), 10, 100)).outcome, 'ok', 'filled');
call claim('S4USDT');
select is(
    line(tradelatch.activate_position(id('S4USDT'), fence('S4USDT'), 104, order_of('S4USDT', 's1'))),
    'ok active driven',
    'for whoever drives it later, too'
);

-- Orders that were withheld, because another row held the slot, are given again.

call given('DUPUSDT', 'pending_sl');
create table held as
select id('DUPUSDT') as id;
drop index monitoring.idx_unique_active_position, monitoring.idx_unique_active_position_short;
insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, status, origin, filled_quantity, open_quantity, stop_loss_price
)
values ('binance', 'DUPUSDT', 'long', 10, 100, 'active', 'inserted', 10, 10, 95);
select is(
    line(tradelatch.activate_position(h.id, p.fence, 95, p.order_key || 's1')),
    'duplicate pending_rollback driven',
    'a duplicate has no order'
)
from held as h
inner join monitoring.positions as p on p.id = h.id;
select is(line(tradelatch.renew_lease(h.id, p.fence)), 'ok pending_rollback driven', 'nor has it later')
from held as h
inner join monitoring.positions as p on p.id = h.id;
select is(
    line(tradelatch.take_over(h.id, 'the exposure is its own')),
    'claimed pending_rollback driven, cancel s1, close sell 10 reduce-only c1',
    'to the operator it is given again'
)
from held as h;
select is(
    line(tradelatch.renew_lease(h.id, p.fence)),
    'ok pending_rollback driven, cancel s1, close sell 10 reduce-only c1',
    'and stays so'
)
from held as h
inner join monitoring.positions as p on p.id = h.id;
select is(p.orders_withheld, false, 'the book says so')
from held as h
inner join monitoring.positions as p on p.id = h.id;

-- Adopted.

select is(
    line(tradelatch.adopt_position('binance', 'ADOPTUSDT', 'short', 10, 100, clock_timestamp())),
    'created pending_sl driven, cancel *, stop_loss buy 10 reduce-only s1',
    'adopted'
);
select is(
    line(tradelatch.take_over(id('ADOPTUSDT'), 'x')),
    'claimed pending_sl driven, cancel * s1, stop_loss buy 10 reduce-only s2',
    'and taken over'
);

-- A driver whose lease and grace time have passed sends nothing more: its id is given again. What arrived is not.

call given('LATEUSDT', 'pending_close');
call lapse('LATEUSDT', '5 seconds');
select is(
    line(tradelatch.take_over(id('LATEUSDT'), 'x')),
    'claimed pending_close driven, close sell 10 reduce-only c1',
    'the same id'
);
select is(
    line(tradelatch.confirm_close(id('LATEUSDT'), 'exit', orders_of('LATEUSDT', 's1'), fence => fence('LATEUSDT'))),
    'ok pending_cancels driven, cancel c1',
    'which two were given: its end is not implied'
);
select is(
    line(tradelatch.confirm_orders(id('LATEUSDT'), orders_of('LATEUSDT', 'c1'), fence => fence('LATEUSDT'))),
    'ok closed driven',
    'but may be said'
);
call given('ARRIVEDUSDT', 'pending_close');
select is(
    line(tradelatch.confirm_orders(id('ARRIVEDUSDT'), orders_placed => orders_of('ARRIVEDUSDT', 'c1'))),
    'ok pending_close',
    'a stream saw c1 arrive'
);
select is(
    line(tradelatch.take_over(id('ARRIVEDUSDT'), 'x')),
    'claimed pending_close driven, close sell 10 reduce-only c1',
    'it cannot come twice: it is looked up'
);
call given('TOLDUSDT', 'pending_sl');
select is(
    (tradelatch.confirm_orders(id('TOLDUSDT'), orders_placed => array['dca-1'], fence => fence('TOLDUSDT'))).outcome, 'ok', 'an order of one''s own'
);
create table told as
select (book_row('TOLDUSDT')).lease_until;
select is((tradelatch.take_over(id('TOLDUSDT'), 'x')).outcome, 'claimed', 'is taken over, too');
select is(
    (select array_agg(o.name || ' ' || o.kind order by o.name) from tradelatch.orders as o
        where o.symbol = 'TOLDUSDT' and o.in_hand_until = t.lease_until + interval '5 seconds'),
    array['dca-1 own', order_of('TOLDUSDT', 's1') || ' stop_loss'],
    'until the lease and the grace time have passed the driver before may send both'
)
from told as t;

-- Every status.

call given_each();
select cells($$take_over(id(%1$L), 'x')$$, '{
    "pending_entry": "claimed pending_entry driven, entry buy 10 opening e1",
    "entry_placed": "claimed entry_placed driven, entry buy 10 opening e1",
    "pending_sl": "claimed pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2",
    "active": "claimed active driven",
    "pending_close": "claimed pending_close driven, cancel c1, close sell 10 reduce-only c2",
    "pending_rollback": "claimed pending_rollback driven, cancel c1 s1, close sell 10 reduce-only c2",
    "pending_cancels": "claimed pending_cancels driven, cancel s1",
    "pending_cancels_back": "claimed pending_cancels driven, cancel s1"
}', 'tradelatch_operator');

-- What is refused.

select refused(format('take_over(%s, ''x'')', p), 'TL004', format('there is no position %s', p), 'tradelatch_operator')
from (values (0), (-1), (9223372036854775807)) as unknown (p);

call given('BADUSDT', 'active');
create table good as
select jsonb_build_object('position_id', id('BADUSDT'), 'reason', 'test') as arguments;
select refused_values('take_over', g.arguments, 'position_id', array[null], 'tradelatch_operator') from good as g;
select refused_values('take_over', g.arguments, 'reason', bad_texts(1000), 'tradelatch_operator') from good as g;
select refused_values('take_over', g.arguments, 'lease', bad_intervals() || array['0', '11 years', '1 month'], 'tradelatch_operator')
from good as g;

-- Who may.

select is(
    (try($$take_over(id('BADUSDT'), repeat('x', 1000))$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'), ('tradelatch_bot', '42501'), ('tradelatch_operator', 'claimed active driven')
) as r (role, seen);

select explained();
select * from finish();
rollback;
