begin;
\ir setup.psql
select plan(145);

select declared_as_move(
    'begin_close',
    'position_id bigint, reason text, fence bigint = null, attempt uuid = null, lease interval = ''1 minute'''
);

-- Each status, by the driver and by anybody: the stop-losses stay.
call given_each();
select cells(
    $$begin_close(id(%1$L), 'x', fence => fence(%1$L))$$,
    '{
        "pending_sl": "ok pending_close driven, close sell 10 reduce-only c1",
        "active": "ok pending_close driven, close sell 10 reduce-only c1",
        "pending_close": "ok pending_close driven, close sell 10 reduce-only c1"
    }'
);
select cells(
    $$begin_close(id(%1$L), 'x')$$,
    '{
        "pending_sl": "existing pending_sl",
        "active": "ok pending_close driven, close sell 10 reduce-only c1",
        "pending_close": "existing pending_close"
    }'
);

-- What is active is given to anybody, at once: a fence that is higher, a lease, and the order.

create table exits as
select *
from (values
    ('E1USDT', 'long', 'both', 10, 'close sell 10 reduce-only c1'),
    ('E2USDT', 'short', 'both', 10, 'close buy 10 reduce-only c1'),
    ('E3USDT', 'long', 'both', 4, 'cancel e1, close sell 10 reduce-only c1'),
    ('E4USDT', 'short', 'both', 12, 'close buy 12 reduce-only c1'),
    ('E5USDT', 'long', 'long', 10, 'close sell 10 reduce-only c1'),
    ('E5USDT', 'short', 'short', 4, 'cancel e1, close buy 10 reduce-only c1')
) as e (symbol, side, position_side, filled, due);
create table former (symbol text, position_side text, fence bigint);
do $$
declare
    v_exit exits;
begin
    for v_exit in select * from exits loop
        call given(v_exit.symbol, 'active', v_exit.side, v_exit.position_side, v_exit.filled);
        insert into former values (v_exit.symbol, v_exit.position_side, fence(v_exit.symbol, v_exit.position_side));
    end loop;
end
$$;
select is(
    line(tradelatch.begin_close(id(e.symbol, e.position_side), 'take profit', lease => '10 minutes')),
    'ok pending_close driven, ' || e.due,
    format('%s %s, %s of 10 filled: the stop-loss stays until it is closed', e.position_side, e.side, e.filled)
)
from exits as e;
select is(
    event(e.symbol, e.position_side),
    'begin_close active>pending_close fence {"reason": "take profit", "attempt": null}',
    format('the log has it: %s %s', e.symbol, e.position_side)
)
from exits as e;
select cmp_ok(
    fence(f.symbol, f.position_side), '>', f.fence, format('the drive has changed hands: %s %s', f.symbol, f.position_side)
)
from former as f;
select refused(
    format('renew_lease(id(%L, %L), %s)', f.symbol, f.position_side, f.fence),
    'TL003',
    'the former driver has nothing to say any more'
)
from former as f;
select ok(
    (book_row('E1USDT')).lease_until between now() + interval '10 minutes' and clock_timestamp() + interval '10 minutes',
    'the lease is as told'
);
select is(
    ((book_row('E1USDT')).exit_reason::text, (book_row('E1USDT')).open_quantity::numeric, (book_row('E1USDT')).closed_at),
    ('take profit'::text, 10::numeric, null::timestamptz),
    'the book has the reason; what is open is open, and so is the position'
);
select is(
    line(tradelatch.create_position('binance', 'E1USDT', 'long', 10, 100)),
    'existing pending_close',
    'the slot stays taken'
);

-- The driver of an active position shows its fence and keeps it; the lease does not fall.
call given('OWNUSDT', 'active');
create table own as
select fence('OWNUSDT') as fence, (tradelatch.renew_lease(id('OWNUSDT'), fence('OWNUSDT'), '1 hour')).lease_until;
select is(
    line(tradelatch.begin_close(id('OWNUSDT'), 'stop', fence => fence('OWNUSDT'), lease => '1 second')),
    'ok pending_close driven, close sell 10 reduce-only c1',
    'by its driver'
);
select is(
    (fence('OWNUSDT'), (book_row('OWNUSDT')).lease_until), (o.fence, o.lease_until), 'the fence and the longer lease stay'
)
from own as o;
select is(
    event('OWNUSDT'), 'begin_close active>pending_close fence {"reason": "stop", "attempt": null}', 'the log has it'
);

-- pending_sl: the driver; anybody else after lease and grace time.
create table unprotected as
select *
from (values
    ('S1USDT', 'long', 10, 'close sell 10 reduce-only c1'),
    ('S2USDT', 'short', 4, 'cancel e1, close buy 10 reduce-only c1')
) as u (symbol, side, filled, due);
do $$
declare
    v_position unprotected;
begin
    for v_position in select * from unprotected loop
        call given(v_position.symbol, 'pending_sl', v_position.side, filled => v_position.filled);
        call given('D' || v_position.symbol, 'pending_sl', v_position.side, filled => v_position.filled);
    end loop;
end
$$;
select is(
    line(tradelatch.begin_close(id('D' || u.symbol), 'stop-loss refused', fence => fence('D' || u.symbol))),
    'ok pending_close driven, ' || u.due,
    format('by its driver, %s of 10 filled', u.filled)
)
from unprotected as u;
select unchanged(format('begin_close(id(%L), ''exit'')', u.symbol), 'existing pending_sl', 'by somebody else')
from unprotected as u;
call lapse('S1USDT', '3 seconds');
call lapse('S2USDT', '3 seconds');
select unchanged(
    format('begin_close(id(%L), ''exit'', attempt => %L)', u.symbol, md5(u.symbol)),
    'existing pending_sl',
    'by somebody else, 3 s after the lease'
)
from unprotected as u;
call lapse('S1USDT', '6 seconds');
call lapse('S2USDT', '6 seconds');
insert into former select u.symbol, 'both', fence(u.symbol) from unprotected as u;
select is(
    line(tradelatch.begin_close(id(u.symbol), 'exit', attempt => md5(u.symbol)::uuid)),
    'claimed pending_close driven, ' || u.due,
    'by somebody else, 6 s after the lease'
)
from unprotected as u;
select cmp_ok(fence(f.symbol), '>', f.fence, 'the drive has changed hands: ' || f.symbol)
from former as f
where f.symbol like 'S_USDT';

-- pending_close: the driver, with another reason or not; anybody else after lease and grace time: the same order.
select unchanged(
    $$begin_close(id('E3USDT'), 'take profit', fence => fence('E3USDT'))$$,
    'replayed pending_close driven, cancel e1, close sell 10 reduce-only c1',
    'the same reason, by its driver'
);
select unchanged(
    $$begin_close(id('E3USDT'), 'take profit')$$,
    'existing pending_close',
    'the same reason, by somebody who cannot be told from another'
);
select is(
    line(tradelatch.begin_close(id('E3USDT'), 'signal', fence => fence('E3USDT'))),
    'ok pending_close driven, cancel e1, close sell 10 reduce-only c1',
    'another reason, by its driver: the same order'
);
select is(
    event('E3USDT'), 'begin_close pending_close>pending_close fence {"reason": "signal", "attempt": null}', 'the log has it'
);
select is((book_row('E3USDT')).exit_reason::text, 'signal', 'and the book');
select unchanged($$begin_close(id('E3USDT'), 'exit')$$, 'existing pending_close', 'by somebody else');
call lapse('E3USDT', '3 seconds');
select unchanged($$begin_close(id('E3USDT'), 'exit')$$, 'existing pending_close', 'by somebody else, 3 s after the lease');
call lapse('E3USDT', '6 seconds');
update former as f set fence = fence(f.symbol) where f.symbol = 'E3USDT';
select is(
    line(tradelatch.begin_close(id('E3USDT'), 'exit')),
    'claimed pending_close driven, cancel e1, close sell 10 reduce-only c1',
    'by somebody else, 6 s after the lease: the order to look up'
);
select cmp_ok(fence(f.symbol), '>', f.fence, 'the drive has changed hands')
from former as f
where f.symbol = 'E3USDT';
select ok(
    (book_row('E3USDT')).lease_until between now() + interval '1 minute' and clock_timestamp() + interval '1 minute',
    'with a lease of its own'
);
call given('LATEUSDT', 'pending_close');
call lapse('LATEUSDT', '1 day');
select is(
    line(tradelatch.begin_close(id('LATEUSDT'), 'late', fence => fence('LATEUSDT'))),
    'ok pending_close driven, close sell 10 reduce-only c1',
    'by the driver, after its lease'
);

-- An attempt: one call, and its retries.
call given('A1USDT', 'active', attempt => '00000000-0000-0000-0000-0000000000a0');
select is(
    line(tradelatch.begin_close(id('A1USDT'), 'exit', attempt => '00000000-0000-0000-0000-0000000000a1')),
    'ok pending_close driven, close sell 10 reduce-only c1',
    'a call'
);
select is(
    event('A1USDT'),
    'begin_close active>pending_close fence {"reason": "exit", "attempt": "00000000-0000-0000-0000-0000000000a1"}',
    'the log has the attempt'
);
select unchanged(
    format($$begin_close(id('A1USDT'), 'exit', attempt => '00000000-0000-0000-0000-0000000000a1', lease => %L)$$, v.lease),
    'replayed pending_close driven, close sell 10 reduce-only c1',
    'the same call again gets fence and order'
)
from (values ('1 minute'), ('1 hour')) as v (lease);
select refused(
    $$begin_close(id('A1USDT'), 'Exit', attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'TL005',
    'its attempt with another reason'
);
select refused(
    $$begin_close(id('A1USDT'), 'exit', attempt => '00000000-0000-0000-0000-0000000000a0')$$,
    'TL005',
    'an attempt that was a creation'
);
select unchanged(
    $$begin_close(id('A1USDT'), 'exit', attempt => '00000000-0000-0000-0000-0000000000a2')$$,
    'existing pending_close',
    'another attempt is somebody else'
);
call given('A2USDT', 'active');
select is(
    line(tradelatch.update_stop_loss(id('A2USDT'), 96, attempt => '00000000-0000-0000-0000-0000000000a5')),
    'ok active',
    'another function'
);
select refused(
    $$begin_close(id('A2USDT'), 'exit', attempt => '00000000-0000-0000-0000-0000000000a5')$$,
    'TL005',
    'an attempt that was an update_stop_loss'
);
select refused(
    $$begin_close(id('A2USDT'), 'exit', attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'TL005',
    'an attempt that was the close of another position'
);
select is(
    line(tradelatch.reissue_order(id('A1USDT'), fence('A1USDT'), order_of('A1USDT', 'c1'), 'refused')),
    'ok pending_close driven, close sell 10 reduce-only c2',
    'the order was refused'
);
select unchanged(
    $$begin_close(id('A1USDT'), 'exit', attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'replayed pending_close driven, close sell 10 reduce-only c2',
    'the same call again gets the order that is due now'
);
call claim('A1USDT');
select unchanged(
    $$begin_close(id('A1USDT'), 'exit', attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'replayed pending_close',
    'after claim_stale it carries nothing'
);
select is(
    line(tradelatch.confirm_close(id('A1USDT'), 'exit', orders_of('A1USDT', 's1 c1 c2'), fence => fence('A1USDT'))),
    'ok closed driven',
    'somebody else has closed'
);
select unchanged(
    $$begin_close(id('A1USDT'), 'exit', attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'replayed closed',
    'nor when it is over'
);
call given('A3USDT', 'active');
select is(
    (tradelatch.begin_close(id('A3USDT'), 'exit', attempt => '00000000-0000-0000-0000-0000000000a3')).outcome, 'ok', 'a call'
);
select is(
    line(tradelatch.begin_close(
        id('A3USDT'), 'signal', fence => fence('A3USDT'), attempt => '00000000-0000-0000-0000-0000000000a4'
    )),
    'ok pending_close driven, close sell 10 reduce-only c1',
    'another one, by its driver'
);
select unchanged(
    $$begin_close(id('A3USDT'), 'exit', attempt => '00000000-0000-0000-0000-0000000000a3')$$,
    'replayed pending_close driven, close sell 10 reduce-only c1',
    'the fence that the first one was given is still the current one'
);

-- Adopted: without an entry order of ours.
select is(
    line(tradelatch.adopt_position(
        'binance', 'ADOPTUSDT', 'short', 10, 100, clock_timestamp(), stop_loss_price => 110, stop_loss_order_id => 'theirs'
    )),
    'created active driven, cancel *',
    'adopted'
);
select is(
    line(tradelatch.begin_close(id('ADOPTUSDT'), 'exit')),
    'ok pending_close driven, close buy 10 reduce-only c1',
    'there is no entry to cancel; its stop-loss stays, and so does what nobody can name'
);

-- The orders in the way: the entry unless it ended, and orders of one's own; of the stop-losses none.
call given('WAYUSDT', 'active', filled => 4);
select is(
    line(tradelatch.confirm_orders(id('WAYUSDT'), orders_placed => array['tp-1'], fence => fence('WAYUSDT'))),
    'ok active driven',
    'a take-profit'
);
select is(
    line(tradelatch.replace_stop_loss(id('WAYUSDT'), 96, fence => fence('WAYUSDT'))),
    'ok pending_sl driven, cancel s1, stop_loss sell 4 at 96 reduce-only s2',
    'a stop-loss to be moved'
);
select is(
    line(tradelatch.begin_close(id('WAYUSDT'), 'exit', fence => fence('WAYUSDT'))),
    'ok pending_close driven, cancel e1 tp-1, close sell 10 reduce-only c1',
    'a close'
);
select is(left_of('WAYUSDT'), 'c1 e1 s1 s2 tp-1', 'all of it is left');
select results_eq(
    $$
        select replace(o.name, order_of('WAYUSDT', ''), ''), o.in_hand_until = (book_row('WAYUSDT')).lease_until + interval '5 seconds'
        from tradelatch.orders as o
        where o.symbol = 'WAYUSDT'
        order by 1
    $$,
    $$values ('c1', true), ('e1', null), ('s1', null), ('s2', true), ('tp-1', true)$$,
    'what was not sent yet is in the driver''s hand'
);
select is(
    line(tradelatch.confirm_orders(id('WAYUSDT'), array['tp-1', order_of('WAYUSDT', 's2')], fence => fence('WAYUSDT'))),
    'ok pending_close driven, cancel e1, close sell 10 reduce-only c1',
    'two of them were never sent'
);
select is(
    line(tradelatch.confirm_entry(id('WAYUSDT'), fence('WAYUSDT'), 4, 100, orders_ended => orders_of('WAYUSDT', 'e1 c1'))),
    'replayed pending_close driven, close sell 4 reduce-only c2',
    'the entry is cancelled, c1 was not sent: a close for what is open'
);

-- A close that its driver holds is not given again: who takes the drive at once gets a fresh id, and c1 among the cancels.
call given('HANDUSDT', 'pending_sl', filled => 4);
select is(
    line(tradelatch.take_over(id('HANDUSDT'), 'he hangs')),
    'claimed pending_sl driven, cancel e1 s1, stop_loss sell 4 reduce-only s2',
    's1 is in the hand of the driver before'
);
select is(
    line(tradelatch.begin_close(id('HANDUSDT'), 'exit', fence => fence('HANDUSDT'))),
    'ok pending_close driven, cancel e1, close sell 10 reduce-only c1',
    'the second closes'
);
select is(
    line(tradelatch.take_over(id('HANDUSDT'), 'he hangs, too')),
    'claimed pending_close driven, cancel c1 e1, close sell 10 reduce-only c2',
    'c1 is in the second one''s hand'
);
select is(left_of('HANDUSDT'), 'c1 c2 e1 s1 s2', 'everything is left');

-- The stop-loss of an active position ended, so nobody drives it: the close is given at once, however long its lease was.
call given('GONEUSDT', 'active');
select is(
    line(tradelatch.renew_lease(id('GONEUSDT'), fence('GONEUSDT'), '1 hour')), 'ok active driven', 'a lease of an hour'
);
select is(
    line(tradelatch.confirm_orders(id('GONEUSDT'), array[order_of('GONEUSDT', 's1')])), 'ok pending_sl', 'its stop-loss expired'
);
select is(
    line(tradelatch.begin_close(id('GONEUSDT'), 'unprotected')),
    'claimed pending_close driven, close sell 10 reduce-only c1',
    'whoever saw that closes it'
);

-- What is refused.
select refused(format('begin_close(id(%L), ''exit'', fence => 0)', s.symbol), 'TL003', 'another fence: ' || s.symbol)
from (values ('A2USDT'), ('S1USDT'), ('LATEUSDT')) as s (symbol);
select refused(format('begin_close(%s, ''exit'')', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);

call given('BADUSDT', 'active');
create table good as
select jsonb_build_object('position_id', id('BADUSDT'), 'reason', 'test') as arguments;
select refused_values('begin_close', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('begin_close', g.arguments, 'reason', bad_texts(1000)) from good as g;
select refused_values('begin_close', g.arguments, 'lease', bad_intervals() || array['0']) from good as g;

-- Who may.
select is(
    (try($$begin_close(id('BADUSDT'), repeat('x', 1000))$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'ok pending_close driven, close sell 10 reduce-only c1'),
    ('tradelatch_operator', 'existing pending_close')
) as r (role, seen);

select explained();
select * from finish();
rollback;
