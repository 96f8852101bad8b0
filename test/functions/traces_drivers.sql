begin;
\ir setup.psql
select plan(40);

-- Two drivers: what the first may still send is not ended by the second.

-- begin_close gives c1 to a first driver; an operator takes over; the second says that c1 ended, and confirms the close.
call given('CLOSEUSDT', 'active');
select is(
    line(tradelatch.begin_close(id('CLOSEUSDT'), 'exit')),
    'ok pending_close driven, close sell 10 reduce-only c1',
    'a first driver is given c1'
);
select is(
    line(tradelatch.take_over(id('CLOSEUSDT'), 'he hangs')),
    'claimed pending_close driven, cancel c1, close sell 10 reduce-only c2',
    'taken over at once, the second is given a fresh id, and c1 to cancel'
);
select is(
    line(tradelatch.confirm_close(
        id('CLOSEUSDT'), 'flat', array[order_of('CLOSEUSDT', 'c1'), order_of('CLOSEUSDT', 's1')], fence => fence('CLOSEUSDT')
    )),
    'ok pending_cancels driven, cancel c1',
    'c1 is in the first one''s hand: the slot stays taken'
);
select is(
    (tradelatch.create_position('binance', 'CLOSEUSDT', 'long', 1, 100)).outcome, 'existing', 'and nobody can open it'
);
select is(
    line(tradelatch.confirm_orders(id('CLOSEUSDT'), array[order_of('CLOSEUSDT', 'c1')], fence => fence('CLOSEUSDT'))),
    'replayed pending_cancels driven, cancel c1',
    'the second says once more that it ended: it may not say so'
);
select is(
    line(tradelatch.confirm_orders(id('CLOSEUSDT'), orders_placed => array[order_of('CLOSEUSDT', 'c1')])),
    'ok pending_cancels',
    'it arrives late: a stream says so'
);
select is(
    line(tradelatch.confirm_orders(id('CLOSEUSDT'), array[order_of('CLOSEUSDT', 'c1')])),
    'ok closed',
    'and ended, whoever says so: the slot is free'
);
select is(left_of('CLOSEUSDT'), null, 'nothing is left');

-- The same with cancel_position and the entry.
call given('ENTRYUSDT', 'pending_entry');
select is(
    line(tradelatch.take_over(id('ENTRYUSDT'), 'he hangs')),
    'claimed pending_entry driven, entry buy 10 opening e1',
    'an entry is looked up'
);
select refused(
    $$cancel_position(id('ENTRYUSDT'), fence('ENTRYUSDT'), 'unknown')$$,
    'TL002',
    'he may still send it: nobody else cancels',
    role => 'tradelatch_operator'
);
select refused(
    $$fail_position(id('ENTRYUSDT'), fence('ENTRYUSDT'), 'unknown')$$,
    'TL002',
    'or fails it',
    role => 'tradelatch_operator'
);
select is(
    (try($$cancel_position(id('ENTRYUSDT'), fence('ENTRYUSDT'), 'unknown')$$)).detail::jsonb - 'in_hand_until',
    jsonb_build_object(
        'position_id', id('ENTRYUSDT'), 'status', 'pending_entry', 'move', 'cancel_position',
        'orders_left', array[order_of('ENTRYUSDT', 'e1')], 'order', order_of('ENTRYUSDT', 'e1')
    ),
    'DETAIL has the order'
);
select ok(
    ((try($$cancel_position(id('ENTRYUSDT'), fence('ENTRYUSDT'), 'unknown')$$)).detail::jsonb ->> 'in_hand_until')::timestamptz
        between clock_timestamp() + interval '1 minute' and clock_timestamp() + interval '1 minute 5 seconds',
    'and until when it is in hand: lease and grace time'
);
select is(
    line(tradelatch.rollback_position(id('ENTRYUSDT'), fence('ENTRYUSDT'), 'give up')),
    'ok pending_rollback driven, cancel e1, close sell 10 reduce-only c1',
    'rolled back'
);
select refused(
    $$confirm_flat(id('ENTRYUSDT'), fence('ENTRYUSDT'))$$,
    'TL002',
    'and not flat while the first may send the entry'
);
call hands_end('ENTRYUSDT');
select is(
    line(tradelatch.confirm_flat(id('ENTRYUSDT'), fence('ENTRYUSDT'))),
    'ok rolled_back driven',
    'after that it is'
);

-- A lease that lapsed, was judged, and was renewed.
call given('RENEWUSDT', 'pending_sl');
call lapse('RENEWUSDT', '1 hour');
select is(
    line(tradelatch.confirm_orders(id('RENEWUSDT'), array[order_of('RENEWUSDT', 's1')])),
    'replayed pending_sl',
    'the lease is over, and the fence the current one: a stranger ends nothing'
);
select is(left_of('RENEWUSDT'), 's1', 's1 is left');
select is(
    line(tradelatch.renew_lease(id('RENEWUSDT'), fence('RENEWUSDT'))),
    'ok pending_sl driven, stop_loss sell 10 reduce-only s1',
    'the driver goes on'
);

-- The same by claim_stale: after lease and grace time the id is given again, and belongs to both.
call given('AGAINUSDT', 'pending_sl');
call claim('AGAINUSDT');
select is(
    line(tradelatch.renew_lease(id('AGAINUSDT'), fence('AGAINUSDT'))),
    'ok pending_sl driven, stop_loss sell 10 reduce-only s1',
    'after lease and grace time the same id is given again'
);
select is(
    line(tradelatch.activate_position(id('AGAINUSDT'), fence('AGAINUSDT'), 95, order_of('AGAINUSDT', 's1'))),
    'ok active driven',
    'and stands'
);

-- take_over while the first driver may still send s1: a fresh id; s1 arrives later and is cancelled.
call given('STOPUSDT', 'pending_sl');
select is(
    line(tradelatch.take_over(id('STOPUSDT'), 'he hangs')),
    'claimed pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    'a fresh id'
);
select is(
    line(tradelatch.activate_position(id('STOPUSDT'), fence('STOPUSDT'), 95, order_of('STOPUSDT', 's2'))),
    'ok active driven, cancel s1',
    's2 stands, s1 may come'
);
select is(
    line(tradelatch.confirm_orders(id('STOPUSDT'), orders_placed => array[order_of('STOPUSDT', 's1')])),
    'ok active',
    's1 comes'
);
select is(left_of('STOPUSDT'), 's1 s2', 'both are left');
call lapse('STOPUSDT', '1 hour');
select is(
    (select line(r) from tradelatch.claim_stale(max_positions => 1) as r),
    'claimed active driven, cancel s1',
    'somebody must cancel s1: claim_stale gives it'
);
select is(
    line(tradelatch.confirm_orders(id('STOPUSDT'), array[order_of('STOPUSDT', 's1')], fence => fence('STOPUSDT'))),
    'ok active driven',
    'cancelled'
);
select is(
    (select count(*) from tradelatch.claim_stale(grace => '0') as r where r.position_id = id('STOPUSDT')),
    0::bigint,
    'nobody needs to drive it now'
);

-- Two tasks of one driver: s1 is about to be sent, the other confirms 10, places s2 and activates; s1 arrives late.
call given('TASKSUSDT', 'pending_sl', filled => 4);
select is(
    line(tradelatch.confirm_entry(id('TASKSUSDT'), fence('TASKSUSDT'), 10, 100)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    'the fill grew: another stop-loss'
);
select is(
    line(tradelatch.activate_position(id('TASKSUSDT'), fence('TASKSUSDT'), 95, order_of('TASKSUSDT', 's2'))),
    'ok active driven, cancel s1',
    's2 stands'
);
select is(
    line(tradelatch.activate_position(id('TASKSUSDT'), fence('TASKSUSDT'), 95, order_of('TASKSUSDT', 's1'))),
    'ok active driven, cancel s1',
    's1 arrived late: it is left, among the cancels'
);
select is((book_row('TASKSUSDT')).stop_loss_order, order_of('TASKSUSDT', 's2'), 's2 is the one that stands');

-- The exchange refused the new one, and the earlier one protects all.
call given('EARLYUSDT', 'active');
select is(
    line(tradelatch.replace_stop_loss(id('EARLYUSDT'), 97)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 97 reduce-only s2',
    'to be moved'
);
select refused(
    $$activate_position(id('EARLYUSDT'), fence('EARLYUSDT'), 95, order_of('EARLYUSDT', 's9'))$$,
    'TL005',
    'an order that was never handed out'
);
select is(
    line(tradelatch.activate_position(
        id('EARLYUSDT'), fence('EARLYUSDT'), 95, order_of('EARLYUSDT', 's1'), orders_ended => array[order_of('EARLYUSDT', 's2')]
    )),
    'ok active driven',
    'the new one was refused: the earlier one stands, for all that is open'
);
call given('SMALLUSDT', 'pending_sl', filled => 4);
select is(
    (tradelatch.activate_position(id('SMALLUSDT'), fence('SMALLUSDT'), 95, order_of('SMALLUSDT', 's1'))).outcome,
    'ok',
    'it stands'
);
select is(
    (tradelatch.confirm_entry(id('SMALLUSDT'), fence('SMALLUSDT'), 10, 100)).outcome,
    'ok',
    'a task of its own says that all is filled'
);
select is(
    line(tradelatch.activate_position(
        id('SMALLUSDT'), fence('SMALLUSDT'), 95, order_of('SMALLUSDT', 's1'), orders_ended => array[order_of('SMALLUSDT', 's2')]
    )),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 95 reduce-only s3',
    'one that is for less than all does not do'
);

-- Two bots begin a close for the same reason.
call given('TWOUSDT', 'active');
select is(
    line(tradelatch.begin_close(id('TWOUSDT'), 'exit', attempt => '00000000-0000-0000-0000-00000000000a')),
    'ok pending_close driven, close sell 10 reduce-only c1', 'the first'
);
select is(
    line(tradelatch.begin_close(id('TWOUSDT'), 'exit', attempt => '00000000-0000-0000-0000-00000000000b')),
    'existing pending_close', 'the second is given nothing'
);

select * from finish();
rollback;
