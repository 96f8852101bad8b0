begin;
\ir setup.psql
select plan(81);

select declared_as_move('renew_lease', 'position_id bigint, fence bigint, lease interval = ''1 minute''');

-- Whatever is open and driven goes on, with the order that is due.

create table open_ones as
select *
from (values
    ('O1USDT', 'pending_entry', 'ok pending_entry driven, entry buy 10 opening e1'),
    ('O2USDT', 'entry_placed', 'ok entry_placed driven'),
    ('O3USDT', 'pending_sl', 'ok pending_sl driven, stop_loss sell 10 reduce-only s1'),
    ('O4USDT', 'active', 'ok active driven'),
    ('O5USDT', 'pending_close', 'ok pending_close driven, close sell 10 reduce-only c1'),
    ('O6USDT', 'pending_rollback', 'ok pending_rollback driven, cancel s1, close sell 10 reduce-only c1'),
    ('O7USDT', 'pending_cancels', 'ok pending_cancels driven, cancel s1')
) as o (symbol, status, line);
do $$
declare
    v_position open_ones;
begin
    for v_position in select * from open_ones loop
        call given(v_position.symbol, v_position.status);
    end loop;
end
$$;
create table before as
select
    o.symbol,
    o.status,
    to_jsonb(book_row(o.symbol)) - '{lease_until,updated_at}'::text[] as rest,
    events(o.symbol) as events,
    (book_row(o.symbol)).lease_until
from open_ones as o;

select is(line(tradelatch.renew_lease(id(o.symbol), fence(o.symbol), '10 minutes')), o.line, o.status)
from open_ones as o;
select ok(
    (book_row(o.symbol)).lease_until between now() + interval '10 minutes' and clock_timestamp() + interval '10 minutes',
    o.status || ' has the new lease'
)
from open_ones as o;
select is(
    (to_jsonb(book_row(b.symbol)) - '{lease_until,updated_at}'::text[])::text || events(b.symbol),
    b.rest::text || b.events,
    b.status || ': nothing else changes'
)
from before as b;
call given('DEFAULTUSDT', 'active');
call lapse('DEFAULTUSDT', '30 seconds');
select is(
    line(tradelatch.renew_lease(id('DEFAULTUSDT'), fence('DEFAULTUSDT'))),
    'ok active driven',
    'without a length'
);
select ok(
    (book_row('DEFAULTUSDT')).lease_until between now() + interval '1 minute' and clock_timestamp() + interval '1 minute',
    'a minute'
);

-- It never falls, and it is accepted late.
create table longer as
select o.symbol, (book_row(o.symbol)).lease_until
from open_ones as o;
select is(
    (tradelatch.renew_lease(id(l.symbol), fence(l.symbol), '1 second')).lease_until,
    l.lease_until,
    'a shorter lease is none: ' || l.symbol
)
from longer as l;
select is((book_row(l.symbol)).lease_until, l.lease_until, 'the book says the same: ' || l.symbol)
from longer as l;
call lapse('O3USDT', '1 day');
select is(
    line(tradelatch.renew_lease(id('O3USDT'), fence('O3USDT'))),
    'ok pending_sl driven, stop_loss sell 10 reduce-only s1',
    'after the lease, by the current fence'
);
select cmp_ok((book_row('O3USDT')).lease_until, '>', clock_timestamp(), 'it lives again');

-- Lengths are counted in seconds: a day is 24 hours, also where the clocks change.
call given('CLOCKUSDT', 'active');
set local timezone = 'Europe/Berlin';
select ok(
    (tradelatch.renew_lease(id('CLOCKUSDT'), fence('CLOCKUSDT'), '1 day -23:59:59')).lease_until < clock_timestamp() + interval '1 minute',
    'a day and a second less 24 hours is a second'
);
select is(
    round(extract(epoch from (tradelatch.renew_lease(id('CLOCKUSDT'), fence('CLOCKUSDT'), '365 days')).lease_until - now()) / 3600),
    8760.0,
    'a year of 365 days is 8,760 hours'
);
set local timezone = 'UTC';

-- A resting entry is told with the drive, not with each lease; what the driver before may still send, with each.

call given('RESTUSDT', 'active', filled => 4);
select is((tradelatch.take_over(id('RESTUSDT'), 'x')).order_cancels, orders_of('RESTUSDT', 'e1'), 'with the drive');
select is(
    line(tradelatch.renew_lease(id('RESTUSDT'), fence('RESTUSDT'))),
    'ok active driven',
    'then no more: it may rest'
);
call given('STOPUSDT', 'pending_sl');
select is(
    (tradelatch.take_over(id('STOPUSDT'), 'x')).order_cancels,
    orders_of('STOPUSDT', 's1'),
    'a stop-loss of the driver before'
);
select is(
    line(tradelatch.renew_lease(id('STOPUSDT'), fence('STOPUSDT'))),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    'each time'
);

-- Who claimed an entry looks it up: no order to send.
call claim('O1USDT');
select is(
    line(tradelatch.renew_lease(id('O1USDT'), fence('O1USDT'))),
    'ok pending_entry driven',
    'a claimed entry is never sent'
);

-- What is refused.
select refused(format('renew_lease(id(%1$L), fence(%1$L) - 1)', o.symbol), 'TL003', 'another fence: ' || o.status)
from open_ones as o;
call given('DONEUSDT', 'closed');
select refused($$renew_lease(id('DONEUSDT'), fence('DONEUSDT'))$$, 'TL002', 'it is over');
select refused($$renew_lease(id('DONEUSDT'), fence('DONEUSDT') - 1)$$, 'TL003', 'it is over, another fence');
select refused(format('renew_lease(%s, 1)', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);

create table good as
select jsonb_build_object('position_id', id('O2USDT'), 'fence', fence('O2USDT')) as arguments;
select refused_values('renew_lease', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('renew_lease', g.arguments, 'fence', array[null]) from good as g;
select refused_values('renew_lease', g.arguments, 'lease', bad_intervals() || array['0', '-1 month 31 days', '1 month', '3651 days']) from good as g;

-- Who may.
select is(
    (try($$renew_lease(id('O2USDT'), fence('O2USDT'), '1 microsecond')$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'ok entry_placed driven'),
    ('tradelatch_operator', 'ok entry_placed driven')
) as r (role, seen);

select explained();
select * from finish();
rollback;
