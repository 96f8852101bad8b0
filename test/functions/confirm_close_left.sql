begin;
\ir setup.psql
select plan(63);

-- confirm_close while orders are left: who cancels them, and who says that they ended.

-- A pending_cancels: the same call again ends what it names, whoever makes it.
call given('AGAINUSDT', 'pending_sl', filled => 4);
select is(
    line(tradelatch.confirm_entry(id('AGAINUSDT'), fence('AGAINUSDT'), 6, 100)),
    'ok pending_sl driven, cancel s1, stop_loss sell 6 reduce-only s2',
    'two stop-losses'
);
select is(
    line(tradelatch.confirm_close(id('AGAINUSDT'), 'gone', array[order_of('AGAINUSDT', 's1'), 'who'], fence => fence('AGAINUSDT'))),
    'ok pending_cancels driven, cancel e1 s2',
    'closed, by its driver'
);
select unchanged(
    $$confirm_close(id('AGAINUSDT'), 'gone', fence => fence('AGAINUSDT'))$$,
    'replayed pending_cancels driven, cancel e1 s2',
    'the same call again'
);
select unchanged(
    $$confirm_close(id('AGAINUSDT'), 'gone', array[order_of('AGAINUSDT', 's2')])$$,
    'replayed pending_cancels',
    'by anybody: s2 is in the driver''s hand'
);
select is(
    line(tradelatch.confirm_close(id('AGAINUSDT'), 'gone', array[order_of('AGAINUSDT', 's2')], fence => fence('AGAINUSDT'))),
    'replayed pending_cancels driven, cancel e1',
    'by the driver: s2 was never sent'
);
select is(
    event('AGAINUSDT'),
    format('confirm_orders pending_cancels>pending_cancels fence {"orders_ended": ["%s"]}', order_of('AGAINUSDT', 's2')),
    'the log has the end'
);
select is(
    line(tradelatch.confirm_close(id('AGAINUSDT'), 'still gone', exit_price => 98, fence => fence('AGAINUSDT'))),
    'ok pending_cancels driven, cancel e1',
    'another reason is another call'
);
select is(
    line(tradelatch.confirm_close(id('AGAINUSDT'), 'still gone', array[order_of('AGAINUSDT', 'e1')], 98)),
    'replayed closed',
    'nothing is open after the end of the entry: whoever saw it frees the slot'
);
select results_eq(
    $$
        select p.status, p.ends_as, p.exit_reason::text, p.exit_price::numeric, p.closed_at between now() and clock_timestamp()
        from book_row('AGAINUSDT') as p
    $$,
    $$values ('closed', null::text, 'still gone', 98::numeric, true)$$,
    'the book has what was told'
);

-- The drive without a fence: a lease of its own, an attempt and its retries.
call given('DRIVEUSDT', 'active', filled => 4);
create table drive as
select fence('DRIVEUSDT') as fence;
select is(
    line(tradelatch.confirm_close(
        id('DRIVEUSDT'), 'hit', array[order_of('DRIVEUSDT', 's1')], attempt => '00000000-0000-0000-0000-0000000000a1',
        lease => '10 minutes'
    )),
    'ok pending_cancels driven, cancel e1',
    'the stop-loss triggered, and the entry rests'
);
select cmp_ok(fence('DRIVEUSDT'), '>', d.fence, 'the drive has changed hands') from drive as d;
select ok(
    (book_row('DRIVEUSDT')).lease_until between now() + interval '10 minutes' and clock_timestamp() + interval '10 minutes',
    'the lease is as told'
);
select is(
    event('DRIVEUSDT'),
    format(
        'confirm_close active>pending_cancels fence {"reason": "hit", "attempt": "00000000-0000-0000-0000-0000000000a1", '
        '"exit_price": null, "orders_ended": ["%s"], "realized_pnl": null}',
        order_of('DRIVEUSDT', 's1')
    ),
    'the log has the attempt'
);
select unchanged(
    $$confirm_close(id('DRIVEUSDT'), 'hit', attempt => '00000000-0000-0000-0000-0000000000a1', lease => '1 hour')$$,
    'replayed pending_cancels driven, cancel e1',
    'the same call again gets the fence and the cancels'
);
select unchanged(
    format($$confirm_close(id('DRIVEUSDT'), 'hit', attempt => %L)$$, v.attempt),
    'replayed pending_cancels',
    'by somebody else, who is given nothing: ' || coalesce(v.attempt, 'no attempt')
)
from (values (null), ('00000000-0000-0000-0000-0000000000a2')) as v (attempt);
select refused(
    format(
        $$confirm_close(id('DRIVEUSDT'), %L, '{}', %L, attempt => '00000000-0000-0000-0000-0000000000a1')$$, v.reason, v.exit_price
    ),
    'TL005',
    format('its attempt with another %s', v.argument)
)
from (values ('Hit', null, 'reason'), ('hit', 94, 'exit_price')) as v (reason, exit_price, argument);
call given('CREATEDUSDT', 'active', attempt => '00000000-0000-0000-0000-0000000000a3');
select refused(
    $$confirm_close(id('CREATEDUSDT'), 'hit', attempt => '00000000-0000-0000-0000-0000000000a3')$$,
    'TL005',
    'an attempt that was a creation'
);
select refused(
    $$confirm_close(id('CREATEDUSDT'), 'hit', attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'TL005',
    'an attempt that was the close of another position'
);
select refused(
    $$begin_close(id('CREATEDUSDT'), 'hit', attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'TL005',
    'its attempt for a begin_close'
);
call lapse('DRIVEUSDT', '3 seconds');
select unchanged(
    $$confirm_close(id('DRIVEUSDT'), 'hit', attempt => '00000000-0000-0000-0000-0000000000a2')$$,
    'replayed pending_cancels',
    '3 s after the lease'
);
call lapse('DRIVEUSDT', '6 seconds');
select is(
    line(tradelatch.confirm_close(id('DRIVEUSDT'), 'hit', attempt => '00000000-0000-0000-0000-0000000000a2')),
    'ok pending_cancels driven, cancel e1',
    'after lease and grace time another attempt is given the drive: that is no repetition'
);
select unchanged(
    $$confirm_close(id('DRIVEUSDT'), 'hit', attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'replayed pending_cancels',
    'then the first one carries nothing'
);
select is(
    line(tradelatch.confirm_close(
        id('DRIVEUSDT'), 'hit', array[order_of('DRIVEUSDT', 'e1')], attempt => '00000000-0000-0000-0000-0000000000a2'
    )),
    'replayed closed driven',
    'the second cancelled the entry'
);
select unchanged(
    $$confirm_close(id('DRIVEUSDT'), 'hit', attempt => '00000000-0000-0000-0000-0000000000a1')$$, 'replayed closed', 'the first, once more'
);

-- While a driver may still be sending, it is he who frees the slot; after its lease and the grace time, whoever calls.
create table held as
select *
from (values
    ('H1USDT', 'pending_sl', 'cancel s1'), ('H2USDT', 'pending_close', 'cancel c1 s1')
) as h (symbol, status, due);
do $$
declare
    v_held held;
begin
    for v_held in select * from held loop
        call given(v_held.symbol, v_held.status);
        call given('L' || v_held.symbol, v_held.status);
        call lapse(v_held.symbol, '3 seconds');
        call lapse('L' || v_held.symbol, '6 seconds');
    end loop;
end
$$;
select is(
    line(tradelatch.confirm_close(id(h.symbol), 'gone')), 'ok pending_cancels', h.status || ', 3 s after the lease: he frees it'
)
from held as h;
select unchanged(format('confirm_close(id(%L), ''gone'')', h.symbol), 'replayed pending_cancels', h.status || ': the same call again')
from held as h;
select unchanged(
    format('confirm_close(id(%L), ''gone'', orders_of(%L, ''s1 c1''))', h.symbol, h.symbol),
    case h.status when 'pending_sl' then 'replayed pending_cancels' else 'replayed pending_cancels, and something changed' end,
    h.status || ': what is in his hand he alone ends'
)
from held as h;
select is(
    line(tradelatch.renew_lease(id(h.symbol), fence(h.symbol))),
    format('ok pending_cancels driven, %s', replace(h.due, 'c1 s1', 'c1')),
    h.status || ': he is told what to cancel'
)
from held as h;
select is(
    line(tradelatch.confirm_close(id('L' || h.symbol), 'gone')),
    'ok pending_cancels driven, ' || h.due,
    h.status || ', 6 s after the lease: the caller is given the drive'
)
from held as h;
select is(
    line(tradelatch.confirm_close(
        id('L' || h.symbol), 'gone', orders_of('L' || h.symbol, 's1 c1'), fence => fence('L' || h.symbol)
    )),
    'replayed closed driven',
    h.status || ': and nobody has anything in hand'
)
from held as h;

call given('TOLDUSDT', 'active');
select is(
    line(tradelatch.confirm_orders(id('TOLDUSDT'), orders_placed => array['dca-1'], fence => fence('TOLDUSDT'))),
    'ok active driven',
    'an order of one''s own is about to be sent'
);
select is(
    line(tradelatch.confirm_close(id('TOLDUSDT'), 'hit', array[order_of('TOLDUSDT', 's1')])),
    'ok pending_cancels',
    'the stop-loss triggers: its driver frees it'
);
call given('TOLD2USDT', 'active');
select is(
    line(tradelatch.confirm_orders(id('TOLD2USDT'), orders_placed => array['dca-1'])), 'ok active', 'told without a fence'
);
select is(
    line(tradelatch.confirm_close(id('TOLD2USDT'), 'hit', array[order_of('TOLD2USDT', 's1')])),
    'ok pending_cancels driven, cancel dca-1',
    'it is in no driver''s hand: the caller is given the drive'
);

-- The close is said to have ended by the fence that alone was given it.
call given('TAKENUSDT', 'pending_close');
select is(
    line(tradelatch.take_over(id('TAKENUSDT'), 'he hangs')),
    'claimed pending_close driven, cancel c1, close sell 10 reduce-only c2',
    'c1 is in the hand of the driver before'
);
select is(
    line(tradelatch.confirm_close(
        id('TAKENUSDT'), 'sold', orders_of('TAKENUSDT', 's1 c1'), fence => fence('TAKENUSDT')
    )),
    'ok pending_cancels driven, cancel c1',
    'c2 and s1 have ended, c1 he may still send'
);
call given('CLAIMEDUSDT', 'pending_close');
call claim('CLAIMEDUSDT');
select is(
    line(tradelatch.confirm_close(id('CLAIMEDUSDT'), 'sold', orders_of('CLAIMEDUSDT', 's1'), fence => fence('CLAIMEDUSDT'))),
    'ok pending_cancels driven, cancel c1',
    'c1 was given to two: that nothing is open does not say that it ended'
);
select is(
    line(tradelatch.confirm_close(id('CLAIMEDUSDT'), 'sold', orders_of('CLAIMEDUSDT', 'c1'), fence => fence('CLAIMEDUSDT'))),
    'replayed closed driven',
    'but whoever looked it up may say so'
);

-- Every stop-loss that may be there, by an id that its order has.
call given('MANYUSDT', 'pending_sl', filled => 3);
select is(
    line(tradelatch.confirm_entry(id('MANYUSDT'), fence('MANYUSDT'), 10, 100)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    'a second stop-loss, before the first was known to be gone'
);
select is(
    line(tradelatch.confirm_close(id('MANYUSDT'), 'x', fence => fence('MANYUSDT'))),
    'ok pending_cancels driven, cancel s1 s2',
    'both of them'
);
call given('AGAIN2USDT', 'active');
select is(
    line(tradelatch.update_stop_loss(id('AGAIN2USDT'), 97, stop_loss_order_id => o.order_id)),
    'ok active',
    'replaced by the ' || o.order_id
)
from (values ('first'), ('second'), ('third')) as o (order_id);
select is(
    line(tradelatch.confirm_close(id('AGAIN2USDT'), 'x')),
    'ok pending_cancels driven, cancel id:first id:second id:third s1',
    'the one that stands, and those before, which may still be there, by the exchange''s id where they have none of ours'
);
select is(
    line(tradelatch.adopt_position(
        'binance', 'F1USDT', 'long', 10, 100, clock_timestamp(), stop_loss_price => 90, stop_loss_order_id => 'theirs'
    )),
    'created active driven, cancel *',
    'adopted with its stop-loss'
);
select is(line(tradelatch.confirm_close(id('F1USDT'), 'x')), 'ok pending_cancels driven, cancel * id:theirs', 'it is canceled');
select is(
    line(tradelatch.adopt_position('binance', 'F2USDT', 'long', 10, 100, clock_timestamp(), stop_loss_price => 90)),
    'created active driven',
    'adopted with a stop-loss that is no order'
);
select is(
    line(tradelatch.confirm_close(id('F2USDT'), 'x')),
    'ok pending_cancels driven, cancel *',
    'whatever can only reduce, and nobody can name'
);
select is(
    line(tradelatch.adopt_position('binance', 'F3USDT', 'long', 10, 100, clock_timestamp())),
    'created pending_sl driven, cancel *, stop_loss sell 10 reduce-only s1',
    'adopted without a stop-loss'
);
select is(
    line(tradelatch.confirm_close(id('F3USDT'), 'x', fence => fence('F3USDT'))),
    'ok pending_cancels driven, cancel * s1',
    'the one that may be there, too'
);

-- Orders of one's own are cancelled with the others, and ended by a look at the position.
call given('OWNUSDT', 'active');
select is(
    line(tradelatch.confirm_orders(id('OWNUSDT'), orders_placed => array['tp-1', 'tp-2'], fence => fence('OWNUSDT'))),
    'ok active driven',
    'two of them'
);
select is(
    line(tradelatch.confirm_close(id('OWNUSDT'), 'hit', array[order_of('OWNUSDT', 's1'), 'tp-1'], fence => fence('OWNUSDT'))),
    'ok pending_cancels driven, cancel tp-2',
    'one of them ended before'
);
select is(
    line(tradelatch.confirm_close(id('OWNUSDT'), 'hit', array['tp-2'])),
    'replayed pending_cancels',
    'the other is in the driver''s hand'
);
select is(
    line(tradelatch.confirm_close(id('OWNUSDT'), 'hit', array['tp-2'], fence => fence('OWNUSDT'))),
    'replayed closed driven',
    'and he ends it'
);

select explained();
select * from finish();
rollback;
