begin;
\ir setup.psql
select plan(199);

select declared_as_move(
    'resize_position',
    'position_id bigint, quantity numeric, reason text, average_price numeric = null, realized_pnl numeric = null, '
    'fence bigint = null, orders_ended text[] = ''{}'', attempt uuid = null, lease interval = ''1 minute'', '
    'observed_at timestamptz = null'
);

-- What is active is given to anybody, at once: a fence that is higher, a lease, and a stop-loss for what is open now. The one
-- before is cancelled when the next one is due.

create table resized as
select *
from (values
    ('R1USDT', 'long', 'both', 10, 4, 'stop_loss sell 4 at 95 reduce-only s2'),
    ('R2USDT', 'short', 'both', 10, 12.5, 'stop_loss buy 12.5 at 105 reduce-only s2'),
    ('R3USDT', 'long', 'both', 12, 3, 'stop_loss sell 3 at 95 reduce-only s2'),
    ('R5USDT', 'long', 'long', 10, 0.001, 'stop_loss sell 0.001 at 95 reduce-only s2'),
    ('R5USDT', 'short', 'short', 10, 25, 'stop_loss buy 25 at 105 reduce-only s2')
) as r (symbol, side, position_side, filled, quantity, due);
create table former (symbol text, position_side text, fence bigint);
do $$
declare
    v_resized resized;
begin
    for v_resized in select * from resized loop
        call given(v_resized.symbol, 'active', v_resized.side, v_resized.position_side, v_resized.filled);
        insert into former values (v_resized.symbol, v_resized.position_side, fence(v_resized.symbol, v_resized.position_side));
    end loop;
end
$$;
select is(
    line(tradelatch.resize_position(id(r.symbol, r.position_side), r.quantity, 'filled by hand', lease => '10 minutes')),
    'ok pending_sl driven, cancel s1, ' || r.due,
    format('%s %s of %s is %s now', r.position_side, r.side, r.filled, r.quantity)
)
from resized as r;
select is(
    event(r.symbol, r.position_side),
    format(
        'resize_position active>pending_sl fence '
        '{"reason": "filled by hand", "attempt": null, "quantity": %s, "realized_pnl": null, "average_price": null}',
        r.quantity
    ),
    format('the log has it: %s %s', r.symbol, r.position_side)
)
from resized as r;
select is(
    (p.quantity, p.filled_quantity, p.open_quantity, p.average_price, p.realized_pnl, p.stop_loss_price, p.closed_at),
    (10::numeric, r.filled::numeric, r.quantity::numeric, 100::numeric, null::numeric,
    case r.side when 'long' then 95 else 105 end::numeric, null::timestamptz),
    format('%s %s: what was asked for and what was filled stay, and so does what was not told', r.symbol, r.position_side)
)
from resized as r
inner join tradelatch.positions as p on p.position_id = id(r.symbol, r.position_side);
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
    (book_row('R1USDT')).lease_until between now() + interval '10 minutes' and clock_timestamp() + interval '10 minutes',
    'the lease is as told'
);
select is(line(tradelatch.create_position('binance', 'R1USDT', 'long', 10, 100)), 'existing pending_sl', 'the slot stays taken');
select is(
    line(tradelatch.activate_position(id('R1USDT'), fence('R1USDT'), 102, order_of('R1USDT', 's2'), orders_ended => orders_of('R1USDT', 's1'))),
    'ok active driven',
    'its next stop-loss may be on either side: it is not its first'
);
select is(
    line(tradelatch.resize_position(id('R1USDT'), 6, 'added to', average_price => 101.5, realized_pnl => -2.5)),
    'ok pending_sl driven, cancel s2, stop_loss sell 6 at 102 reduce-only s3',
    'again, with what it is worth'
);
select is(
    ((book_row('R1USDT')).average_price::numeric, (book_row('R1USDT')).realized_pnl::numeric),
    (101.5::numeric, -2.5::numeric),
    'average and profit are stored'
);
select is(
    event('R1USDT'),
    'resize_position active>pending_sl fence '
    '{"reason": "added to", "attempt": null, "quantity": 6, "realized_pnl": -2.5, "average_price": 101.5}',
    'and logged'
);
select is(line(tradelatch.resize_position(id('R1USDT'), 6.5, 'added to')), 'ok pending_sl', 'without them');
select is(
    ((book_row('R1USDT')).average_price::numeric, (book_row('R1USDT')).realized_pnl::numeric),
    (101.5::numeric, -2.5::numeric),
    'what is known stays'
);
select is(
    line(tradelatch.begin_close(id('R1USDT'), 'exit', fence => fence('R1USDT'))),
    'ok pending_close driven, close sell 6.5 reduce-only c1',
    'a close is for what is open now'
);
select is(
    line(tradelatch.begin_close(id('R3USDT'), 'exit', fence => fence('R3USDT'))),
    'ok pending_close driven, close sell 3 reduce-only c1',
    'and not for what was asked for: its entry has ended'
);
select is(
    line(tradelatch.confirm_close(id('R2USDT'), 'stop-loss')),
    'ok pending_cancels',
    'when it is closed by the exchange its driver, who may still send s2, frees the slot'
);
select is(left_of('R2USDT'), 's1 s2', 'both stop-losses are left');

-- pending_sl stays its driver's: nobody else is shown its fence, lease and order.

call given('SLUSDT', 'pending_sl', 'short', stop_loss_percent => 5,
    attempt => '00000000-0000-0000-0000-0000000000b0');
create table driver as
select fence('SLUSDT') as fence, (book_row('SLUSDT')).lease_until;
select is(
    line(tradelatch.resize_position(
        id('SLUSDT'), 5, 'partly closed', attempt => '00000000-0000-0000-0000-0000000000b1', lease => '1 hour'
    )),
    'ok pending_sl',
    'by somebody else'
);
select is(
    event('SLUSDT'),
    'resize_position pending_sl>pending_sl fence {"reason": "partly closed", '
    '"attempt": "00000000-0000-0000-0000-0000000000b1", "quantity": 5, "realized_pnl": null, "average_price": null}',
    'the log has it'
);
select is((fence('SLUSDT'), (book_row('SLUSDT')).lease_until), (d.fence, d.lease_until), 'the driver and its lease stay')
from driver as d;
select is(
    line(tradelatch.renew_lease(id('SLUSDT'), d.fence)),
    'ok pending_sl driven, cancel s1, stop_loss buy 5 at 105 reduce-only s2',
    'its next receipt has the new order'
)
from driver as d;
select unchanged(
    $$resize_position(id('SLUSDT'), 5, 'partly closed', attempt => '00000000-0000-0000-0000-0000000000b1')$$,
    'replayed pending_sl',
    'the same call again is shown nothing either'
);
select unchanged(
    $$create_position('binance', 'SLUSDT', 'short', 10, 100, stop_loss_percent => 5,
    attempt => '00000000-0000-0000-0000-0000000000b0')$$,
    'replayed pending_sl driven, cancel s1, stop_loss buy 5 at 105 reduce-only s2',
    'its driver, asking again, is'
);
select is(
    line(tradelatch.activate_position(id('SLUSDT'), fence('SLUSDT'), 105, order_of('SLUSDT', 's2'), orders_ended => orders_of('SLUSDT', 's1'))),
    'ok active driven',
    'and puts it in place'
);

-- An attempt: one call, and its retries.

call given('A1USDT', 'active', attempt => '00000000-0000-0000-0000-0000000000a0');
select is(
    line(tradelatch.resize_position(id('A1USDT'), 4, 'partly closed', attempt => '00000000-0000-0000-0000-0000000000a1')),
    'ok pending_sl driven, cancel s1, stop_loss sell 4 at 95 reduce-only s2',
    'a call'
);
select unchanged(
    format(
        $$resize_position(id('A1USDT'), %s, 'partly closed', attempt => '00000000-0000-0000-0000-0000000000a1', lease => %L)$$,
        v.quantity, v.lease
    ),
    'replayed pending_sl driven, cancel s1, stop_loss sell 4 at 95 reduce-only s2',
    'the same call again gets fence and order'
)
from (values (4, '1 minute'), (4.00, '1 hour')) as v (quantity, lease);
select refused(
    format(
        $$resize_position(id('A1USDT'), %s, %L, %s, %s, attempt => '00000000-0000-0000-0000-0000000000a1')$$,
        v.quantity, v.reason, v.average, v.pnl
    ),
    'TL005',
    format('its attempt for something else: %s %s %s %s', v.quantity, v.reason, v.average, v.pnl)
)
from (values
    (5, 'partly closed', 'null', 'null'), (4, 'Partly closed', 'null', 'null'), (4, 'partly closed', '99', 'null'),
    (4, 'partly closed', 'null', '0')
) as v (quantity, reason, average, pnl);
select refused(
    $$resize_position(id('A1USDT'), 4, 'partly closed', attempt => '00000000-0000-0000-0000-0000000000a0')$$,
    'TL005',
    'an attempt that was a creation'
);
call given('A2USDT', 'active');
select refused(
    $$resize_position(id('A2USDT'), 4, 'partly closed', attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'TL005',
    'its attempt for another position'
);
select refused(call.call, 'TL005', 'its attempt for another function: ' || call.call)
from (values
    ($$begin_close(id('A1USDT'), 'partly closed', fence('A1USDT'), '00000000-0000-0000-0000-0000000000a1')$$),
    ($$update_stop_loss(id('A1USDT'), 96, attempt => '00000000-0000-0000-0000-0000000000a1')$$),
    ($$create_position('binance', 'A3USDT', 'long', 10, 100, attempt => '00000000-0000-0000-0000-0000000000a1')$$),
    ($$adopt_position('binance', 'A3USDT', 'long', 10, 100, clock_timestamp(), attempt => '00000000-0000-0000-0000-0000000000a1')$$)
) as call (call);
select is(
    line(tradelatch.update_stop_loss(id('A2USDT'), 96, attempt => '00000000-0000-0000-0000-0000000000a5')),
    'ok active',
    'another function'
);
select refused(
    $$resize_position(id('A2USDT'), 4, 'x', attempt => '00000000-0000-0000-0000-0000000000a5')$$,
    'TL005',
    'an attempt that was an update_stop_loss'
);
select is(
    line(tradelatch.reissue_order(id('A1USDT'), fence('A1USDT'), order_of('A1USDT', 's2'), 'refused')),
    'ok pending_sl driven, cancel s1, stop_loss sell 4 at 95 reduce-only s3',
    'the order was refused'
);
select unchanged(
    $$resize_position(id('A1USDT'), 4, 'partly closed', attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'replayed pending_sl driven, cancel s1, stop_loss sell 4 at 95 reduce-only s3',
    'the same call again gets the order that is due now'
);
select is(line(tradelatch.activate_position(
        id('A1USDT'), fence('A1USDT'), 95, order_of('A1USDT', 's3'), orders_ended => orders_of('A1USDT', 's1')
    )),
    'ok active driven',
    'it is in place');
select unchanged(
    $$resize_position(id('A1USDT'), 4, 'partly closed', attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'replayed active driven',
    'the same call, later: nothing is resized again'
);
select is(
    line(tradelatch.resize_position(id('A1USDT'), 7, 'added to', attempt => '00000000-0000-0000-0000-0000000000a2')),
    'ok pending_sl driven, cancel s3, stop_loss sell 7 at 95 reduce-only s4',
    'another one'
);
select unchanged(
    $$resize_position(id('A1USDT'), 4, 'partly closed', attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'replayed pending_sl',
    'the fence that the first one was given is not the current one any more'
);
call claim('A1USDT');
select unchanged(
    $$resize_position(id('A1USDT'), 7, 'added to', attempt => '00000000-0000-0000-0000-0000000000a2')$$,
    'replayed pending_sl',
    'after claim_stale it carries nothing'
);
select is(
    line(tradelatch.confirm_close(id('A1USDT'), 'exit', orders_of('A1USDT', 's3 s4'), fence => fence('A1USDT'))),
    'ok closed driven',
    'whoever claimed it has closed'
);
select unchanged(
    $$resize_position(id('A1USDT'), 7, 'added to', attempt => '00000000-0000-0000-0000-0000000000a2')$$,
    'replayed closed',
    'and nothing to cancel'
);

-- Without an attempt a repetition cannot be told from another caller.

call given('N1USDT', 'active');
select is(
    line(tradelatch.resize_position(id('N1USDT'), 4, 'partly closed')),
    'ok pending_sl driven, cancel s1, stop_loss sell 4 at 95 reduce-only s2',
    'without an attempt'
);
select unchanged($$resize_position(id('N1USDT'), 4.0, 'partly closed')$$, 'replayed pending_sl', 'the latest move again');
select is(
    line(tradelatch.resize_position(id('N1USDT'), 4, 'partly closed', realized_pnl => 1)),
    'ok pending_sl',
    'with a profit that was not known yet'
);
select is(
    line(tradelatch.renew_lease(id('N1USDT'), fence('N1USDT'))),
    'ok pending_sl driven, cancel s1 s2, stop_loss sell 4 at 95 reduce-only s3',
    'its driver is told'
);
select is(
    line(tradelatch.activate_position(
        id('N1USDT'), fence('N1USDT'), 95, order_of('N1USDT', 's3'), orders_ended => orders_of('N1USDT', 's1 s2')
    )),
    'ok active driven',
    'it is in place'
);
select is(
    line(tradelatch.resize_position(id('N1USDT'), 4, 'partly closed', realized_pnl => 1)),
    'ok pending_sl driven, cancel s3, stop_loss sell 4 at 95 reduce-only s4',
    'the same again, after it was active: another call'
);

-- Adopted: its stop-loss has no id of ours.

select is(
    line(tradelatch.adopt_position('binance', 'ADOPTUSDT', 'short', 10, 100, clock_timestamp(), stop_loss_price => 110,
    stop_loss_order_id => 'theirs')),
    'created active driven, cancel *',
    'adopted'
);
select is(
    line(tradelatch.resize_position(id('ADOPTUSDT'), 5, 'partly closed')),
    'ok pending_sl driven, cancel * id:theirs, stop_loss buy 5 at 110 reduce-only s1',
    'cancelled by the exchange''s id, with what nobody can name'
);

-- Every status: what is active or pending_sl anybody resizes; while it is being ended its driver does.

call given_each();
select cells($$resize_position(id(%1$L), 5, 'seen')$$, '{
    "active": "ok pending_sl driven, cancel s1, stop_loss sell 5 at 95 reduce-only s2",
    "pending_sl": "ok pending_sl"
}');
select cells($$resize_position(id(%1$L), 5, 'seen', fence => fence(%1$L))$$, '{
    "active": "ok pending_sl driven, cancel s1, stop_loss sell 5 at 95 reduce-only s2",
    "pending_sl": "ok pending_sl driven, cancel s1, stop_loss sell 5 reduce-only s2",
    "pending_close": "ok pending_close driven, cancel c1, close sell 5 reduce-only c2",
    "pending_rollback": "ok pending_rollback driven, cancel c1 s1, close sell 5 reduce-only c2",
    "pending_cancels": "ok pending_close driven, close sell 5 reduce-only c2",
    "pending_cancels_back": "ok pending_rollback driven, cancel s1, close sell 5 reduce-only c2"
}');
call lapse('PENDING_SL', '6 seconds');
select is(
    line(tradelatch.resize_position(id('PENDING_SL'), 5, 'seen')),
    'claimed pending_sl driven, cancel s1, stop_loss sell 5 reduce-only s2',
    'a pending_sl that nobody drives is given'
);
call lapse('PENDING_CLOSE', '6 seconds');
select refused(
    $$resize_position(id('PENDING_CLOSE'), 5, 'seen')$$, 'TL002', 'while it is being closed it is not given, driven or not: claim_stale gives it'
);
select is(
    (try($$resize_position(id('PENDING_CLOSE'), 5, 'seen')$$)).message,
    format('position %s is pending_close: its driver alone resizes it', id('PENDING_CLOSE')),
    'the message says why'
);

-- The driver keeps its drive.

call given('DRIVEUSDT', 'pending_sl');
create table driven as
select fence('DRIVEUSDT') as fence;
select is(
    line(tradelatch.resize_position(id('DRIVEUSDT'), 5, 'partly closed', fence => d.fence, lease => '1 hour')),
    'ok pending_sl driven, cancel s1, stop_loss sell 5 reduce-only s2',
    'by its driver'
)
from driven as d;
select is((fence('DRIVEUSDT'), (book_row('DRIVEUSDT')).lease_until > now() + interval '59 minutes'), (d.fence, true),
    'under the same fence, and for longer')
from driven as d;
select unchanged(
    $$resize_position(id('DRIVEUSDT'), 5, 'partly closed', fence => fence('DRIVEUSDT'))$$,
    'replayed pending_sl driven, cancel s1, stop_loss sell 5 reduce-only s2',
    'the same call again'
);
select refused($$resize_position(id('DRIVEUSDT'), 5, 'x', fence => fence('DRIVEUSDT') - 1)$$, 'TL003', 'another fence');
select is(
    line(tradelatch.resize_position(
        id('DRIVEUSDT'), 4, 'partly closed', fence => fence('DRIVEUSDT'), orders_ended => orders_of('DRIVEUSDT', 's1 s2')
    )),
    'ok pending_sl driven, stop_loss sell 4 reduce-only s3',
    'the stop-losses before were never sent'
);

-- What somebody else may still send stays left, though it is named.

select is(
    line(tradelatch.resize_position(id('DRIVEUSDT'), 3, 'seen', orders_ended => orders_of('DRIVEUSDT', 's3'))),
    'ok pending_sl',
    'a stream says that s3 ended, which its driver may still send'
);
select is(left_of('DRIVEUSDT'), 's3 s4', 'it is left');
select is(
    line(tradelatch.take_over(id('DRIVEUSDT'), 'he hangs')),
    'claimed pending_sl driven, cancel s3 s4, stop_loss sell 3 reduce-only s5',
    'another one takes it over'
);
select is(
    line(tradelatch.resize_position(
        id('DRIVEUSDT'), 2, 'partly closed', fence => fence('DRIVEUSDT'), orders_ended => orders_of('DRIVEUSDT', 's3 s4 s5')
    )),
    'ok pending_sl driven, cancel s3 s4, stop_loss sell 2 reduce-only s6',
    'and ends what it alone was given'
);

-- The quantity has the entry's fill in it: it has ended, or is named.

call given('RESTUSDT', 'active', filled => 4);
select refused($$resize_position(id('RESTUSDT'), 7, 'seen')$$, 'TL002', 'its entry may still fill');
select is(
    (try($$resize_position(id('RESTUSDT'), 7, 'seen')$$)).message,
    format(
        'position %s is active: its entry may still fill: name it in orders_ended when it has ended, or confirm_entry', id('RESTUSDT')
    ),
    'the message says what to do'
);
select is(
    line(tradelatch.resize_position(id('RESTUSDT'), 7, 'seen', orders_ended => array['id:entry-RESTUSDT-long'])),
    'ok pending_sl driven, cancel s1, stop_loss sell 7 at 95 reduce-only s2',
    'named, by the exchange''s id'
);
select is(
    ((book_row('RESTUSDT')).filled_quantity::numeric, (book_row('RESTUSDT')).open_quantity::numeric),
    (4::numeric, 7::numeric),
    'what was filled, confirm_entry says'
);
select is(
    event('RESTUSDT'),
    'resize_position active>pending_sl fence {"reason": "seen", "attempt": null, "quantity": 7, "orders_ended": ["id:entry-RESTUSDT-long"], '
    '"realized_pnl": null, "average_price": null}',
    'the log has what ended'
);
call given('HANDUSDT', 'pending_rollback', filled => 0, placed => false);
call lapse('HANDUSDT', '1 second');
select is((tradelatch.take_over(id('HANDUSDT'), 'x')).outcome, 'claimed', 'an entry that a driver before may still send');
select refused(
    $$resize_position(id('HANDUSDT'), 5, 'seen', fence => fence('HANDUSDT'), orders_ended => orders_of('HANDUSDT', 'e1'))$$,
    'TL002',
    'is no entry that has ended, whoever says so'
);
call hands_end('HANDUSDT');
select is(
    line(tradelatch.resize_position(
        id('HANDUSDT'), 5, 'seen', fence => fence('HANDUSDT'), orders_ended => orders_of('HANDUSDT', 'e1 c1')
    )),
    'ok pending_rollback driven, cancel c2, close sell 5 reduce-only c3',
    'after that driver''s lease and the grace time it is'
);

-- Again, with orders that ended meanwhile: no other move, but they have ended, the last one included.

call given('AGAINUSDT', 'pending_cancels');
select is(
    line(tradelatch.resize_position(
        id('AGAINUSDT'), 5, 'seen', fence => fence('AGAINUSDT'), attempt => '00000000-0000-0000-0000-0000000000c1'
    )),
    'ok pending_close driven, close sell 5 reduce-only c2',
    'what was to be over is not'
);
select is(
    line(tradelatch.confirm_close(id('AGAINUSDT'), 'exit', fence => fence('AGAINUSDT'))), 'ok pending_cancels driven, cancel s1', 'now it is'
);
select unchanged(
    $$resize_position(id('AGAINUSDT'), 5, 'seen', fence => fence('AGAINUSDT'), attempt => '00000000-0000-0000-0000-0000000000c1')$$,
    'replayed pending_cancels driven, cancel s1',
    'the same call again'
);
select is(
    line(tradelatch.resize_position(
        id('AGAINUSDT'), 5, 'seen', fence => fence('AGAINUSDT'), attempt => '00000000-0000-0000-0000-0000000000c1',
        orders_ended => orders_of('AGAINUSDT', 's1')
    )),
    'replayed closed driven',
    'with the last order left among those that ended'
);
select is(event('AGAINUSDT'), format(
    'confirm_orders pending_cancels>closed fence {"orders_ended": ["%s"]}', order_of('AGAINUSDT', 's1')
), 'which completes it');

-- What is refused.

select refused(format('resize_position(%s, 4, ''x'')', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);
call given('DONEUSDT', 'closed');
select refused(
    format('resize_position(id(%L), 10, ''given'')', 'DONEUSDT'), 'TL002', 'what is closed'
);

call given('BADUSDT', 'active');
create table good as
select jsonb_build_object('position_id', id('BADUSDT'), 'quantity', 4, 'reason', 'test') as arguments;
select refused_values('resize_position', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('resize_position', g.arguments, 'quantity', bad_amounts()) from good as g;
select refused_values('resize_position', g.arguments, 'reason', bad_texts(1000)) from good as g;
select refused_values('resize_position', g.arguments, 'average_price', optional(bad_amounts())) from good as g;
select refused_values('resize_position', g.arguments, 'realized_pnl', bad_moneys()) from good as g;
select refused_values('resize_position', g.arguments, 'orders_ended', bad_orders()) from good as g;
select refused_values('resize_position', g.arguments, 'lease', bad_intervals() || array['0', '11 years']) from good as g;

-- Who may.

select is(
    (try($$resize_position(id('BADUSDT'), 0.000000000001, repeat('x', 1000))$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'ok pending_sl driven, cancel s1, stop_loss sell 0.000000000001 at 95 reduce-only s2'),
    ('tradelatch_operator', 'replayed pending_sl')
) as r (role, seen);

-- A repetition that names the stop-loss of a position that nobody drives any more: claim_stale waits for no lease.
call given('LATEUSDT', 'active');
select is(
    (tradelatch.resize_position(id('LATEUSDT'), 5, 'half', attempt => '00000000-0000-0000-0000-0000000000f1')).outcome,
    'ok',
    'a part is sold'
);
select is(
    (tradelatch.replace_stop_loss(id('LATEUSDT'), 96, fence('LATEUSDT'), lease => '1 hour')).outcome,
    'ok',
    'its driver takes its time'
);
select is(
    (tradelatch.take_over(id('LATEUSDT'), 'and hangs', '1 hour')).outcome, 'claimed', 'somebody else drives it'
);
call hands_end('LATEUSDT');
select is(
    line(tradelatch.activate_position(
        id('LATEUSDT'), fence('LATEUSDT'), 96, order_of('LATEUSDT', 's4'), orders_ended => orders_of('LATEUSDT', 's1 s2 s3')
    )),
    'ok active driven',
    'protected, and the drive has ended'
);
select is(
    line(tradelatch.resize_position(
        id('LATEUSDT'), 5, 'half', orders_ended => orders_of('LATEUSDT', 's4'), attempt => '00000000-0000-0000-0000-0000000000f1'
    )),
    'replayed pending_sl',
    'the call of before comes again, and knows that the stop-loss has ended'
);
select is(
    (
        select line(r)
        from tradelatch.claim_stale(max_positions => 1000) as r
        where r.position_id = id('LATEUSDT')
    ),
    'claimed pending_sl driven, stop_loss sell 5 at 96 reduce-only s5',
    'recovery protects it at once'
);

-- A size is reckoned by a look, and what moved the exposure since is not in it.
call given('SEENUSDT', 'active');
create table seen as
select exposure_at
from tradelatch.positions
where symbol = 'SEENUSDT';
select is(
    line(tradelatch.resize_position(
        id('SEENUSDT'), 9, 'tp filled 1', attempt => '00000000-0000-0000-0000-0000000000f2', observed_at => s.exposure_at
    )),
    'ok pending_sl driven, cancel s1, stop_loss sell 9 at 95 reduce-only s2',
    'nothing moved since'
)
from seen as s;
select refused(
    format($$resize_position(id('SEENUSDT'), 8, 'another filled 2', observed_at => %L)$$, s.exposure_at),
    'TL009', 'the exposure moved after that was seen'
)
from seen as s;
select is(
    line(tradelatch.resize_position(
        id('SEENUSDT'), 9, 'tp filled 1', attempt => '00000000-0000-0000-0000-0000000000f2', observed_at => s.exposure_at
    )),
    'replayed pending_sl driven, cancel s1, stop_loss sell 9 at 95 reduce-only s2',
    'the call itself has moved it, and is answered again'
)
from seen as s;

select explained();
select * from finish();
rollback;
