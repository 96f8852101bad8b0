begin;
\ir setup.psql
select plan(85);

-- confirm_entry and the orders of the position: what a fill ends, and what it leaves.

create function open_of(symbol text)
returns text
language sql
stable
return concat_ws(
    ' ', 'filled', trim_scale((book_row(open_of.symbol)).filled_quantity::numeric),
    'open', trim_scale((book_row(open_of.symbol)).open_quantity::numeric), 'left', left_of(open_of.symbol)
);

-- A partial fill leaves the entry; its end is what the caller says, or that it is wholly filled.

call given('RESTUSDT', 'entry_placed');
select is(
    line(tradelatch.confirm_entry(id('RESTUSDT'), fence('RESTUSDT'), 4, 100)),
    'ok pending_sl driven, stop_loss sell 4 reduce-only s1',
    'a part: the entry rests'
);
select is(open_of('RESTUSDT'), 'filled 4 open 4 left e1 s1', 'and is left');
select is(
    line(tradelatch.confirm_entry(id('RESTUSDT'), fence('RESTUSDT'), 10, 100)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    'the whole'
);
select is(open_of('RESTUSDT'), 'filled 10 open 10 left s1 s2', 'is the end of it');

create table last_parts as
select *
from (values
    ('P1USDT', 'pending_entry', '%se1'), ('P2USDT', 'entry_placed', '%se1'), ('P3USDT', 'entry_placed', 'id:entry-P3USDT-long')
) as p (symbol, status, name);
do $$
declare
    v_part last_parts;
begin
    for v_part in select * from last_parts loop
        call given(v_part.symbol, v_part.status);
    end loop;
end
$$;
select is(
    line(tradelatch.confirm_entry(
        id(p.symbol), fence(p.symbol), 4, 100, orders_ended => array[format(p.name, order_of(p.symbol, '')), 'who']
    )),
    'ok pending_sl driven, stop_loss sell 4 reduce-only s1',
    format('%s: a part, and the end of the entry, named %s', p.status, p.name)
)
from last_parts as p;
select is(open_of(p.symbol), 'filled 4 open 4 left s1', 'it is not left: ' || p.name) from last_parts as p;
select is(
    event('P2USDT'),
    format(
        'confirm_entry entry_placed>pending_sl fence {"orders_ended": ["%s", "who"], "average_price": 100, "filled_quantity": 4, '
        '"exchange_order_id": null}',
        order_of('P2USDT', 'e1')
    ),
    'the log has the names'
);
select is(
    line(tradelatch.begin_close(id('P1USDT'), 'exit', fence => fence('P1USDT'))),
    'ok pending_close driven, close sell 4 reduce-only c1',
    'a close has no entry to cancel, and is for what is open'
);
select is(
    line(tradelatch.confirm_entry(id('P2USDT'), fence('P2USDT'), 5, 100)),
    'ok pending_sl driven, cancel s1, stop_loss sell 5 reduce-only s2',
    'a late part of an entry that ended is a fact'
);
select is(open_of('P2USDT'), 'filled 5 open 5 left s1 s2', 'the entry ended, and stays ended');

-- The end comes later than the fill: the call equals one that was logged.
call given('LATERUSDT', 'pending_sl', filled => 4);
select is(
    line(tradelatch.confirm_entry(id('LATERUSDT'), fence('LATERUSDT'), 4, 100, orders_ended => array[order_of('LATERUSDT', 'e1')])),
    'replayed pending_sl driven, stop_loss sell 4 reduce-only s1',
    'replayed: no other move'
);
select is(
    event('LATERUSDT'),
    format('confirm_orders pending_sl>pending_sl fence {"orders_ended": ["%s"]}', order_of('LATERUSDT', 'e1')),
    'the log has the end'
);
select is(open_of('LATERUSDT'), 'filled 4 open 4 left s1', 'the entry is not left');
select unchanged(
    $$confirm_entry(id('LATERUSDT'), fence('LATERUSDT'), 4, 100, orders_ended => array[order_of('LATERUSDT', 'e1')])$$,
    'replayed pending_sl driven, stop_loss sell 4 reduce-only s1',
    'told once more it changes nothing'
);
-- The average comes with the end.
call given('PRICEUSDT', 'entry_placed');
select is(
    line(tradelatch.confirm_entry(id('PRICEUSDT'), fence('PRICEUSDT'), 4)),
    'ok pending_sl driven, stop_loss sell 4 reduce-only s1',
    'an average that is not known'
);
select is(
    line(tradelatch.confirm_entry(id('PRICEUSDT'), fence('PRICEUSDT'), 4, 101, orders_ended => array[order_of('PRICEUSDT', 'e1')])),
    'ok pending_sl driven, stop_loss sell 4 reduce-only s1',
    'now it is, and the entry ended'
);
select is(open_of('PRICEUSDT'), 'filled 4 open 4 left s1', 'it is not left');

-- Other names: the stop-loss of an active position, one that was never sent, an order of one's own.
call given('STOPUSDT', 'active', filled => 4);
select is(
    line(tradelatch.confirm_entry(id('STOPUSDT'), fence('STOPUSDT'), 10, 100, orders_ended => array['id:stop-STOPUSDT'])),
    'ok pending_sl driven, stop_loss sell 10 at 95 reduce-only s2',
    'the stop-loss was cancelled already: one fresh id'
);
select is(
    line(tradelatch.confirm_entry(id('STOPUSDT'), fence('STOPUSDT'), 12, 100, orders_ended => array[order_of('STOPUSDT', 's2')])),
    'ok pending_sl driven, stop_loss sell 12 at 95 reduce-only s3',
    'the one called for was never sent: one fresh id'
);
call given('GONEUSDT', 'active');
select is(
    line(tradelatch.confirm_entry(id('GONEUSDT'), fence('GONEUSDT'), 10, 100, orders_ended => array[order_of('GONEUSDT', 's1')])),
    'replayed pending_sl driven, stop_loss sell 10 at 95 reduce-only s2',
    'a fill that was logged, and the stop-loss ended'
);

-- In somebody else's hand until it filled: a fill says that it arrived.
call given('HANDUSDT', 'pending_entry');
select is(
    line(tradelatch.take_over(id('HANDUSDT'), 'he hangs')), 'claimed pending_entry driven, entry buy 10 opening e1', 'taken over'
);
select is(
    line(tradelatch.confirm_entry(id('HANDUSDT'), fence('HANDUSDT'), 4, 100)),
    'ok pending_sl driven, stop_loss sell 4 reduce-only s1',
    'a part'
);
select results_eq(
    $$select o.kind, o.in_hand_until is null from tradelatch.orders as o where o.symbol = 'HANDUSDT' order by 1$$,
    $$values ('entry', true), ('stop_loss', false)$$,
    'the entry rests on the exchange, the stop-loss is in hand'
);
select is(
    line(tradelatch.confirm_entry(id('HANDUSDT'), fence('HANDUSDT'), 4, 100, orders_ended => array[order_of('HANDUSDT', 'e1')])),
    'replayed pending_sl driven, stop_loss sell 4 reduce-only s1',
    'so anybody may say that it ended'
);

call given('WHOLEUSDT', 'pending_entry');
call claim('WHOLEUSDT');
select is(
    line(tradelatch.confirm_entry(id('WHOLEUSDT'), fence('WHOLEUSDT'), 10, 100)),
    'ok pending_sl driven, stop_loss sell 10 reduce-only s1',
    'wholly filled, whoever sent it'
);
select is(open_of('WHOLEUSDT'), 'filled 10 open 10 left s1', 'it ended');

-- A resize said what is open, the fill included: then the fill alone rises.
call given('SIZEUSDT', 'active', filled => 4);
select is(
    line(tradelatch.resize_position(
        id('SIZEUSDT'), 3, 'partly closed', fence => fence('SIZEUSDT'), orders_ended => array[order_of('SIZEUSDT', 'e1')]
    )),
    'ok pending_sl driven, cancel s1, stop_loss sell 3 at 95 reduce-only s2',
    'resized'
);
select is(
    line(tradelatch.confirm_entry(id('SIZEUSDT'), fence('SIZEUSDT'), 6, 100)),
    'ok pending_sl driven, cancel s1, stop_loss sell 3 at 95 reduce-only s2',
    'a fill of before: the same stop-loss'
);
select is(open_of('SIZEUSDT'), 'filled 6 open 3 left s1 s2', 'what is open stays');
select is(
    line(tradelatch.activate_position(id('SIZEUSDT'), fence('SIZEUSDT'), 95, order_of('SIZEUSDT', 's2'))),
    'ok active driven, cancel s1',
    'it stands'
);
select is(
    line(tradelatch.confirm_entry(id('SIZEUSDT'), fence('SIZEUSDT'), 7, 100)),
    'ok active driven, cancel s1',
    'and stays active'
);
select is(open_of('SIZEUSDT'), 'filled 7 open 3 left s1 s2', 'what is open stays');

-- What is open stays below 1e30, whatever the log has forgotten.
call given('SUMUSDT', 'pending_sl', filled => 4);
do $$
begin
    perform set_config('session_replication_role', 'replica', true);
    update monitoring.positions as p set open_quantity = 999999999999999999999999999999 where p.id = id('SUMUSDT');
    perform set_config('session_replication_role', 'origin', true);
end
$$;
select refused(
    $$confirm_entry(id('SUMUSDT'), fence('SUMUSDT'), 5, 100)$$, '22023 filled_quantity', 'a fill on top of it'
);
select is(
    line(tradelatch.confirm_entry(id('SUMUSDT'), fence('SUMUSDT'), 4.9, 100)),
    'ok pending_sl driven, cancel s1, stop_loss sell 999999999999999999999999999999.9 reduce-only s2',
    'one that is just small enough'
);

-- Filled while it is being closed: the status stays, the close is for what is open.

call given('EXITUSDT', 'active', filled => 4);
select is(
    line(tradelatch.begin_close(id('EXITUSDT'), 'test', fence => fence('EXITUSDT'))),
    'ok pending_close driven, cancel e1, close sell 10 reduce-only c1',
    'a close whose entry is not final is for the quantity asked for'
);
select is(
    line(tradelatch.confirm_entry(id('EXITUSDT'), fence('EXITUSDT'), 6, 100)),
    'ok pending_close driven, cancel e1, close sell 10 reduce-only c1',
    'a further part: the same order'
);
select is(
    event('EXITUSDT'),
    'confirm_entry pending_close>pending_close fence {"average_price": 100, "filled_quantity": 6, "exchange_order_id": null}',
    'the log has it'
);
select is(
    line(tradelatch.confirm_entry(id('EXITUSDT'), fence('EXITUSDT'), 10, 100)),
    'ok pending_close driven, close sell 10 reduce-only c1',
    'wholly filled: there is no entry to cancel any more'
);
select is(
    line(tradelatch.confirm_entry(id('EXITUSDT'), fence('EXITUSDT'), 12, 100)),
    'ok pending_close driven, cancel c1, close sell 12 reduce-only c2',
    'more than was asked for: another order, for all of it'
);
select unchanged(
    $$confirm_entry(id('EXITUSDT'), fence('EXITUSDT'), 6, 100)$$,
    'replayed pending_close driven, cancel c1, close sell 12 reduce-only c2',
    'delivered again'
);
select is(
    (book_row('EXITUSDT')).open_quantity::numeric,
    12::numeric,
    'what is open is what was filled'
);

call given('BACKUSDT', 'pending_rollback', 'short', filled => 0);
select is(
    line(tradelatch.confirm_entry(id('BACKUSDT'), fence('BACKUSDT'), 10, 100)),
    'ok pending_rollback driven, close buy 10 reduce-only c1',
    'the first fill comes after the rollback began'
);
select is(
    event('BACKUSDT'),
    'confirm_entry pending_rollback>pending_rollback fence '
    '{"average_price": 100, "filled_quantity": 10, "exchange_order_id": null}',
    'the log has it'
);
select ok((book_row('BACKUSDT')).opened_at is not null, 'it was open');
select is(
    line(tradelatch.confirm_entry(id('BACKUSDT'), fence('BACKUSDT'), 11, 100)),
    'ok pending_rollback driven, cancel c1, close buy 11 reduce-only c2',
    'more than was asked for'
);
select is(
    line(tradelatch.confirm_entry(id('BACKUSDT'), fence('BACKUSDT'), 12, 100)),
    'ok pending_rollback driven, cancel c1 c2, close buy 12 reduce-only c3',
    'and more: every close before may be on the exchange'
);

-- The entry ends while it is being closed: the close is for what is open, under a fresh id.
create table closings as
select *
from (values
    ('C1USDT', 'pending_close', ''), ('C2USDT', 'pending_rollback', ' s1')
) as c (symbol, status, cancels);
call given('C1USDT', 'active', filled => 4);
call given('C2USDT', 'pending_rollback', filled => 4);
select is(
    line(tradelatch.begin_close(id('C1USDT'), 'exit', fence => fence('C1USDT'))),
    'ok pending_close driven, cancel e1, close sell 10 reduce-only c1',
    'as long as it may fill, it is for all that was asked for'
);
select is(
    line(tradelatch.confirm_entry(id(c.symbol), fence(c.symbol), 4, 100, orders_ended => array[order_of(c.symbol, 'e1')])),
    format('replayed %s driven, cancel c1%s, close sell 4 reduce-only c2', c.status, c.cancels),
    format('%s: cancelled with the fill that was known', c.status)
)
from closings as c;
select is(
    open_of(c.symbol), 'filled 4 open 4 left c1 c2 s1', c.status || ': c1 is in hand, and left'
)
from closings as c;
select unchanged(
    format($$confirm_entry(id(%1$L), fence(%1$L), 4, 100, orders_ended => array[order_of(%1$L, 'e1')])$$, c.symbol),
    format('replayed %s driven, cancel c1%s, close sell 4 reduce-only c2', c.status, c.cancels),
    c.status || ': told once more it changes nothing'
)
from closings as c;
call given('C3USDT', 'active', filled => 4);
select is(
    line(tradelatch.begin_close(id('C3USDT'), 'exit', fence => fence('C3USDT'))),
    'ok pending_close driven, cancel e1, close sell 10 reduce-only c1',
    'a close'
);
select is(
    line(tradelatch.confirm_entry(
        id('C3USDT'), fence('C3USDT'), 6, 100, orders_ended => array[order_of('C3USDT', 'e1'), order_of('C3USDT', 'c1')]
    )),
    'ok pending_close driven, close sell 6 reduce-only c2',
    'it filled a little more, and c1 was never sent: one fresh id'
);
select is(open_of('C3USDT'), 'filled 6 open 6 left c2 s1', 'c1 is not left');

-- It fills after all: a pending_cancels is closed again, as it was to end.
create table ends as
select *
from (values ('F1USDT', 'pending_close'), ('F2USDT', 'pending_rollback')) as e (symbol, status);
call given('F1USDT', 'active', filled => 4);
call given('F2USDT', 'pending_sl', filled => 4);
select is(
    line(tradelatch.confirm_close(id('F1USDT'), 'stop-loss', fence => fence('F1USDT'))),
    'ok pending_cancels driven, cancel e1 s1',
    'closed, and the entry rests'
);
select is(
    line(tradelatch.rollback_position(id('F2USDT'), fence('F2USDT'), 'no')),
    'ok pending_rollback driven, cancel e1 s1, close sell 10 reduce-only c1',
    'rolled back'
);
select is(
    line(tradelatch.confirm_flat(id('F2USDT'), fence('F2USDT'))), 'ok pending_cancels driven, cancel s1', 'and flat'
);
select is(
    line(tradelatch.confirm_entry(id('F1USDT'), fence('F1USDT'), 4, 100)),
    'replayed pending_cancels driven, cancel e1 s1',
    'a fill that was logged changes nothing'
);
select is(
    line(tradelatch.confirm_entry(id('F1USDT'), fence('F1USDT'), 6, 100)),
    'ok pending_close driven, cancel e1, close sell 6 reduce-only c1',
    'it filled a part: as long as it may fill, for all that was asked for but what is closed'
);
select is(
    line(tradelatch.confirm_entry(id('F2USDT'), fence('F2USDT'), 6, 100)),
    'ok pending_rollback driven, cancel s1, close sell 2 reduce-only c2',
    'it had filled a part more before it ended: that is closed, under a fresh id'
);
select is(open_of('F1USDT'), 'filled 6 open 2 left c1 e1 s1', 'closed: what was open is not open any more');
select is(open_of('F2USDT'), 'filled 6 open 2 left c2 s1', 'rolled back: neither');
select is((book_row(e.symbol)).ends_as, null, e.status || ' is decided anew') from ends as e;
select results_eq(
    $$
        select a.symbol collate "default", a.severity, a.detail ->> 'open_quantity'
        from tradelatch.alerts as a
        where a.alert = 'rollback_with_exposure' and a.symbol in ('BACKUSDT', 'F1USDT', 'F2USDT')
        order by a.alert_id
    $$,
    $$values ('BACKUSDT', 'warning', '10'), ('F2USDT', 'warning', '4'), ('F2USDT', 'warning', '2')$$,
    'an alert for each rollback with exposure: of a first fill, of a rollback, and of a fill after all'
);

-- A fill that was logged ends the entry of a pending_cancels, and what is left last completes it; an order of one's own only a
-- look at the position ends.
call given('OWNUSDT', 'active', filled => 4);
select is(
    line(tradelatch.confirm_orders(id('OWNUSDT'), orders_placed => array['tp-1'], fence => fence('OWNUSDT'))),
    'ok active driven',
    'a take-profit'
);
select is(
    line(tradelatch.confirm_close(id('OWNUSDT'), 'exit', array[order_of('OWNUSDT', 's1')], fence => fence('OWNUSDT'))),
    'ok pending_cancels driven, cancel e1 tp-1',
    'entry and take-profit are left'
);
select is(
    line(tradelatch.confirm_entry(id('OWNUSDT'), fence('OWNUSDT'), 4, 100, orders_ended => array[order_of('OWNUSDT', 'e1'), 'tp-1'])),
    'replayed pending_cancels driven, cancel tp-1',
    'the entry ended with the fill that was known; the take-profit is not ended by that'
);
select is(
    line(tradelatch.confirm_close(id('OWNUSDT'), 'exit', array['tp-1'], fence => fence('OWNUSDT'))),
    'replayed closed driven',
    'by confirm_close it is'
);
call given('LASTUSDT', 'active', filled => 4);
select is(
    line(tradelatch.confirm_close(id('LASTUSDT'), 'exit', array[order_of('LASTUSDT', 's1')], fence => fence('LASTUSDT'))),
    'ok pending_cancels driven, cancel e1',
    'the entry alone is left'
);
select is(
    line(tradelatch.confirm_entry(id('LASTUSDT'), fence('LASTUSDT'), 4, 100, orders_ended => array[order_of('LASTUSDT', 'e1')])),
    'replayed closed driven',
    'a repeated fill that ends it frees the slot'
);
select is(open_of('LASTUSDT'), 'filled 4 open 0 left', 'nothing is left');

-- The average alone is news: the entry that it names ends with it, whatever the position is to become.
create procedure given_unpriced(symbol text)
language plpgsql
as $$
declare
    v_receipt tradelatch.receipt := tradelatch.create_position('binance', given_unpriced.symbol, 'long', 10, 100);
begin
    perform tradelatch.confirm_entry(v_receipt.position_id, v_receipt.fence, 4);
end
$$;
call given_unpriced('NEWSUSDT');
select is(
    line(tradelatch.confirm_close(id('NEWSUSDT'), 'exit', orders_of('NEWSUSDT', 's1'), fence => fence('NEWSUSDT'))),
    'ok pending_cancels driven, cancel e1',
    'the entry alone is left, and its average is not known'
);
select is(
    line(tradelatch.confirm_entry(id('NEWSUSDT'), fence('NEWSUSDT'), 4, 101, orders_ended => orders_of('NEWSUSDT', 'e1'))),
    'ok closed driven',
    'it ended, at that average: the slot is free'
);
select is((book_row('NEWSUSDT')).average_price::numeric, 101::numeric, 'the average is stored');
call given_unpriced('NEWSBACKUSDT');
select is(
    (tradelatch.rollback_position(id('NEWSBACKUSDT'), fence('NEWSBACKUSDT'), 'no')).outcome, 'ok', 'the same, given up'
);
select is(
    line(tradelatch.confirm_flat(id('NEWSBACKUSDT'), fence('NEWSBACKUSDT'))),
    'ok pending_cancels driven, cancel s1',
    'its stop-loss is left'
);
select is(
    line(tradelatch.confirm_entry(
        id('NEWSBACKUSDT'), fence('NEWSBACKUSDT'), 4, 101, orders_ended => orders_of('NEWSBACKUSDT', 's1')
    )),
    'ok rolled_back driven',
    'which the call about the entry names'
);

select explained();
select * from finish();
rollback;
