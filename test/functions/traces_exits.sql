begin;
\ir setup.psql
select plan(59);

-- Stop-losses that are moved, exits in between, and drivers that die.

-- Cancel and replace, with an exit in between: the stop-loss is cancelled first, and a bot decides to close before there is another.
call given('BETWEENUSDT', 'active');
select is(
    line(tradelatch.confirm_orders(id('BETWEENUSDT'), orders_of('BETWEENUSDT', 's1'))),
    'ok pending_sl',
    's1 is cancelled, nobody drives'
);
select is(left_of('BETWEENUSDT'), null, 's2 was given to nobody: nothing is left');
select is(
    line(tradelatch.begin_close(id('BETWEENUSDT'), 'exit')),
    'claimed pending_close driven, close sell 10 reduce-only c1',
    'a close'
);
select is(
    line(tradelatch.confirm_close(id('BETWEENUSDT'), 'exit', fence => fence('BETWEENUSDT'))),
    'ok closed driven',
    'nothing is in its way'
);
-- The same, and somebody closes on the exchange: the slot is free at once, for there is nothing that anybody could cancel.
call given('BYHANDUSDT', 'active');
select is(
    line(tradelatch.confirm_orders(id('BYHANDUSDT'), orders_of('BYHANDUSDT', 's1'))),
    'ok pending_sl',
    's1 is cancelled by hand'
);
select is(
    line(tradelatch.confirm_close(id('BYHANDUSDT'), 'by hand')),
    'ok closed',
    'and the position is closed by hand'
);

-- The new one is on its way when its driver begins to close.
call given('EXITUSDT', 'active');
select is(
    line(tradelatch.replace_stop_loss(id('EXITUSDT'), 97)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 97 reduce-only s2',
    'one task moves the stop-loss'
);
select is(
    line(tradelatch.begin_close(id('EXITUSDT'), 'signal')),
    'existing pending_sl',
    'another bot is given nothing'
);
select is(
    line(tradelatch.begin_close(id('EXITUSDT'), 'signal', fence('EXITUSDT'))),
    'ok pending_close driven, close sell 10 reduce-only c1',
    'a task with the same fence begins to close: the stop-losses stay'
);
select is(
    line(tradelatch.activate_position(id('EXITUSDT'), fence('EXITUSDT'), 97, order_of('EXITUSDT', 's2'))),
    'ok pending_close driven, cancel s2, close sell 10 reduce-only c1',
    's2 stands: it is left, and is to be cancelled'
);
select is(
    line(tradelatch.confirm_close(id('EXITUSDT'), 'signal', fence => fence('EXITUSDT'))),
    'ok pending_cancels driven, cancel s1 s2',
    'closed: both are in the way of the next position'
);
select is(
    (tradelatch.create_position('binance', 'EXITUSDT', 'long', 1, 100)).outcome,
    'existing',
    'which cannot begin'
);
select is(
    line(tradelatch.confirm_orders(id('EXITUSDT'), orders_of('EXITUSDT', 's1 s2'), fence => fence('EXITUSDT'))),
    'ok closed driven',
    'until both are cancelled'
);
select is((tradelatch.create_position('binance', 'EXITUSDT', 'long', 1, 100)).outcome, 'created', 'then it can');

-- The stop-loss triggers while its successor is on its way.
call given('TRIGGERUSDT', 'active');
select is((tradelatch.replace_stop_loss(id('TRIGGERUSDT'), 97)).outcome, 'ok', 'to be moved');
select is(
    line(tradelatch.confirm_close(id('TRIGGERUSDT'), 'stop-loss', orders_of('TRIGGERUSDT', 's1'))),
    'ok pending_cancels',
    's1 triggers, a stream says: s2 is in the driver''s hand'
);
select is(
    line(tradelatch.confirm_close(id('TRIGGERUSDT'), 'stop-loss', orders_of('TRIGGERUSDT', 's1 s2'))),
    'replayed pending_cancels',
    'which the stream cannot end'
);
select is(
    line(tradelatch.activate_position(id('TRIGGERUSDT'), fence('TRIGGERUSDT'), 97, order_of('TRIGGERUSDT', 's2'))),
    'ok pending_cancels driven, cancel s2',
    'the driver placed it: it is to be cancelled'
);
select is(
    line(tradelatch.confirm_orders(id('TRIGGERUSDT'), orders_of('TRIGGERUSDT', 's2'), fence => fence('TRIGGERUSDT'))),
    'ok closed driven',
    'and was'
);

-- A trailing stop whose process dies between the new order and the report.
call given('DIESUSDT', 'active');
select is((tradelatch.replace_stop_loss(id('DIESUSDT'), 97)).outcome, 'ok', 'to be moved');
call lapse('DIESUSDT', '6 seconds');
select is(
    (select line(r) from tradelatch.claim_stale(max_positions => 1) as r),
    'claimed pending_sl driven, cancel s1, stop_loss sell 10 at 97 reduce-only s2',
    'recovery is given the same one, to be looked up: its driver''s lease is over'
);
select is(
    line(tradelatch.activate_position(id('DIESUSDT'), fence('DIESUSDT'), 97, order_of('DIESUSDT', 's2'))),
    'ok active driven, cancel s1',
    'it stands'
);
call lapse('DIESUSDT', '6 seconds');
select is(
    (select line(r) from tradelatch.claim_stale(max_positions => 1) as r),
    'claimed active driven, cancel s1',
    'recovery dies before it cancels s1: another one is given it'
);
select is(
    line(tradelatch.confirm_orders(id('DIESUSDT'), orders_of('DIESUSDT', 's1'), fence => fence('DIESUSDT'))),
    'ok active driven',
    'one stop-loss stands'
);

-- Four replacements in a row, none of them told before the next one; the driver dies before it cancels.
call given('ROWUSDT', 'active');
select is(
    line(tradelatch.replace_stop_loss(id('ROWUSDT'), 96)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 96 reduce-only s2',
    'a first'
);
select is(
    line(tradelatch.replace_stop_loss(id('ROWUSDT'), p, fence('ROWUSDT'))),
    format('ok pending_sl driven, cancel %s, stop_loss sell 10 at %s reduce-only s%s', cancels, p, p - 94),
    'another one'
)
from (values (97, 's1 s2'), (98, 's1 s2 s3'), (99, 's1 s2 s3 s4')) as v (p, cancels);
select is(
    line(tradelatch.activate_position(id('ROWUSDT'), fence('ROWUSDT'), 99, order_of('ROWUSDT', 's5'))),
    'ok active driven, cancel s1 s2 s3 s4',
    'the last one stands'
);
call lapse('ROWUSDT', '6 seconds');
select is(
    (select line(r) from tradelatch.claim_stale(max_positions => 1) as r),
    'claimed active driven, cancel s1 s2 s3 s4',
    'recovery is told all of them'
);
select is(
    line(tradelatch.confirm_close(id('ROWUSDT'), 'stop-loss', orders_of('ROWUSDT', 's5'))),
    'ok pending_cancels driven, cancel s1 s2 s3 s4',
    's5 triggers: four are left, and nothing of them is in anybody''s hand'
);
select is(
    line(tradelatch.confirm_close(
        id('ROWUSDT'), 'stop-loss', orders_of('ROWUSDT', 's1 s2 s3 s4'), fence => fence('ROWUSDT')
    )),
    'replayed closed driven',
    'cancelled, or never sent'
);

-- A death between the confirmed close and its cancels: the next position of the slot waits.
call given('DEATHUSDT', 'pending_close', 'short');
select is(
    line(tradelatch.confirm_close(id('DEATHUSDT'), 'exit', fence => fence('DEATHUSDT'))),
    'ok pending_cancels driven, cancel s1',
    'closed by c1; then the process dies'
);
select is(
    (tradelatch.create_position('binance', 'DEATHUSDT', 'short', 7, 100)).outcome,
    'existing',
    'the slot is taken'
);
call lapse('DEATHUSDT', '6 seconds');
select is(
    (select line(r) from tradelatch.claim_stale(max_positions => 1) as r),
    'claimed pending_cancels driven, cancel s1',
    'recovery cancels'
);
select is(
    line(tradelatch.confirm_orders(id('DEATHUSDT'), orders_of('DEATHUSDT', 's1'), fence => fence('DEATHUSDT'))),
    'ok closed driven',
    'and frees the slot'
);
select is((tradelatch.create_position('binance', 'DEATHUSDT', 'short', 7, 100)).outcome, 'created', 'for the next one');

-- A close in its driver's hand when the stop-loss triggers: sent within its lease, it does not reach the next position.
call given('INHANDUSDT', 'pending_close');
select is(
    line(tradelatch.confirm_close(id('INHANDUSDT'), 'stop-loss', orders_of('INHANDUSDT', 's1'))),
    'ok pending_cancels',
    'a stream says that s1 filled: c1 may still be sent'
);
select is(
    line(tradelatch.confirm_close(id('INHANDUSDT'), 'stop-loss', orders_of('INHANDUSDT', 'c1'))),
    'replayed pending_cancels',
    'the stream does not know c1, and cannot say that it ended'
);
select refused(
    $$begin_close(id('INHANDUSDT'), 'given', fence('INHANDUSDT'))$$,
    'TL002',
    'its driver, who asks again, is told that it is over'
);
select is(
    (try($$begin_close(id('INHANDUSDT'), 'given', fence('INHANDUSDT'))$$)).detail::jsonb,
    jsonb_build_object(
        'position_id', id('INHANDUSDT'), 'status', 'pending_cancels', 'move', 'begin_close', 'orders_left', orders_of('INHANDUSDT', 'c1')
    ),
    'and what is left: then it may cancel'
);
select is(
    line(tradelatch.confirm_close(
        id('INHANDUSDT'), 'stop-loss', orders_of('INHANDUSDT', 'c1'), fence => fence('INHANDUSDT')
    )),
    'replayed closed driven',
    'it was never sent'
);

-- After TL003 a driver touches nothing: it is told no order.
call given('LATEUSDT', 'pending_sl');
create table late as
select fence('LATEUSDT') as fence;
select is((tradelatch.take_over(id('LATEUSDT'), 'he hangs')).outcome, 'claimed', 'taken over');
select refused(format(c.call, l.fence), 'TL003', 'the late driver: ' || c.call)
from late as l
cross join (values
    ('activate_position(id(''LATEUSDT''), %s, 95, order_of(''LATEUSDT'', ''s1''))'),
    ('confirm_orders(id(''LATEUSDT''), orders_of(''LATEUSDT'', ''s1''), fence => %s)'),
    ('reissue_order(id(''LATEUSDT''), %s, order_of(''LATEUSDT'', ''s1''), ''refused'')'),
    ('confirm_close(id(''LATEUSDT''), ''x'', orders_of(''LATEUSDT'', ''s1''), fence => %s)'),
    ('rollback_position(id(''LATEUSDT''), %s, ''x'')')
) as c (call);
select is(
    (try(format('renew_lease(id(''LATEUSDT''), %s)', l.fence))).detail::jsonb,
    jsonb_build_object('position_id', id('LATEUSDT'), 'fence', l.fence, 'status', 'pending_sl'),
    'DETAIL names no order to cancel'
)
from late as l;
select is(left_of('LATEUSDT'), 's1 s2', 's1 is the new driver''s to cancel');

-- One id under two fences is in hand of each.
call given('FENCESUSDT', 'pending_sl');
call lapse('FENCESUSDT', '6 seconds');
select is(
    (select line(r) from tradelatch.claim_stale(max_positions => 1, lease => '10 minutes') as r),
    'claimed pending_sl driven, stop_loss sell 10 reduce-only s1',
    'a second driver is given the same id'
);
create table second as
select (book_row('FENCESUSDT')).lease_until;
select is(
    line(tradelatch.take_over(id('FENCESUSDT'), 'he hangs', '1 second')),
    'claimed pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    'a third a fresh one'
);
select is(
    line(tradelatch.confirm_orders(id('FENCESUSDT'), orders_of('FENCESUSDT', 's1'), fence => fence('FENCESUSDT'))),
    'replayed pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    'the third does not end the second''s'
);
select is(
    o.in_hand_until,
    s.lease_until + interval '5 seconds',
    'which is in hand until the second''s lease and the grace time are over'
)
from second as s
left join tradelatch.orders as o on o.name = order_of('FENCESUSDT', 's1');

-- Told late: what is over stays over, and an order of it is known by its name.
call given('OVERUSDT', 'closed');
select unchanged(
    format($$confirm_orders(id('OVERUSDT'), orders_placed => orders_of('OVERUSDT', %L))$$, o),
    'replayed closed',
    o || ' arrived, says a stream that is late'
)
from (values ('e1'), ('s1'), ('c1')) as v (o);
select results_eq(
    $$select f.position_id, f.kind, f.is_left from tradelatch.find_order(order_of('OVERUSDT', 'c1')) as f$$,
    $$values (id('OVERUSDT'), 'close', false)$$,
    'whose it was is known'
);

select explained();
select * from finish();
rollback;
