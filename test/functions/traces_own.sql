begin;
\ir setup.psql
select plan(34);

-- Orders of the bot's own: take-profits and additions, told before they are sent, late, or never.

-- An addition that rests and fills after the stop-loss.
call given('RESTUSDT', 'active');
select is((tradelatch.replace_stop_loss(id('RESTUSDT'), 95)).outcome, 'ok', 'to add, one drives');
select is(
    line(tradelatch.confirm_orders(id('RESTUSDT'), orders_placed => array['dca-1'], fence => fence('RESTUSDT'))),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 95 reduce-only s2',
    'the order is told, then sent'
);
select is(
    line(tradelatch.confirm_orders(id('RESTUSDT'), orders_placed => array['dca-1'])),
    'ok pending_sl',
    'a stream says that it arrived'
);
select is(
    line(tradelatch.activate_position(
        id('RESTUSDT'), fence('RESTUSDT'), 95, order_of('RESTUSDT', 's2'), orders_ended => orders_of('RESTUSDT', 's1')
    )),
    'ok active driven',
    'protected again, while it rests'
);
call lapse('RESTUSDT', '1 hour');
select is(
    line(tradelatch.confirm_close(id('RESTUSDT'), 'stop-loss', orders_of('RESTUSDT', 's2'))),
    'ok pending_cancels driven, cancel dca-1',
    'the stop-loss triggers: whoever says so cancels'
);
select is(
    (tradelatch.create_position('binance', 'RESTUSDT', 'short', 1, 100)).outcome,
    'existing',
    'the slot waits for it'
);
select is(
    line(tradelatch.confirm_orders(id('RESTUSDT'), array['dca-1'], fence => fence('RESTUSDT'))),
    'replayed pending_cancels driven, cancel dca-1',
    'that it ended is not enough: it may have filled'
);
select is(
    line(tradelatch.resize_position(
        id('RESTUSDT'), 5, 'it filled', fence => fence('RESTUSDT'), orders_ended => array['dca-1']
    )),
    'ok pending_close driven, close sell 5 reduce-only c1',
    'it did'
);
select is(
    line(tradelatch.confirm_close(id('RESTUSDT'), 'stop-loss', fence => fence('RESTUSDT'))),
    'ok closed driven',
    'and is closed'
);
select is(
    (tradelatch.create_position('binance', 'RESTUSDT', 'short', 1, 100)).outcome,
    'created',
    'now the next one may begin'
);

-- Told to the driver's fence, and never sent: its driver alone says so, whoever drives next after its lease.
call given('NEVERUSDT', 'pending_sl');
select is(
    line(tradelatch.confirm_orders(id('NEVERUSDT'), orders_placed => array['tp-1'], fence => fence('NEVERUSDT'))),
    'ok pending_sl driven, stop_loss sell 10 reduce-only s1',
    'told before it is sent'
);
select is(
    line(tradelatch.confirm_orders(id('NEVERUSDT'), array['tp-1'])),
    'replayed pending_sl',
    'nobody else ends it'
);
select is(
    line(tradelatch.confirm_orders(id('NEVERUSDT'), array['tp-1'], fence => fence('NEVERUSDT'))),
    'ok pending_sl driven, stop_loss sell 10 reduce-only s1',
    'it was not sent: its driver may say so'
);
select is(left_of('NEVERUSDT'), 's1', 'it is not left');
select is(
    (tradelatch.confirm_orders(id('NEVERUSDT'), orders_placed => array['tp-2'], fence => fence('NEVERUSDT'))).outcome,
    'ok',
    'another one'
);
select is(
    (tradelatch.take_over(id('NEVERUSDT'), 'he hangs')).outcome, 'claimed', 'whose driver hangs'
);
select is(
    line(tradelatch.begin_close(id('NEVERUSDT'), 'exit', fence('NEVERUSDT'))),
    'ok pending_close driven, cancel tp-2, close sell 10 reduce-only c1',
    'whoever took over closes: it is in the way'
);
select is(
    line(tradelatch.confirm_close(
        id('NEVERUSDT'), 'exit', orders_of('NEVERUSDT', 's2') || text 'tp-2', fence => fence('NEVERUSDT')
    )),
    'ok pending_cancels driven, cancel s1 tp-2',
    'and stays so, as s1 does, while the driver before may send both'
);

-- Sent late, by that driver: it arrives, is cancelled, and nothing of it was filled.
select is(
    line(tradelatch.confirm_orders(id('NEVERUSDT'), orders_placed => array['tp-2'])),
    'ok pending_cancels',
    'it arrives late'
);
select is(
    line(tradelatch.confirm_close(id('NEVERUSDT'), 'exit', array['tp-2'], fence => fence('NEVERUSDT'))),
    'replayed pending_cancels driven, cancel s1',
    'cancelled, and nothing is open: it has ended'
);
call hands_end('NEVERUSDT');
select is(
    line(tradelatch.confirm_orders(id('NEVERUSDT'), orders_of('NEVERUSDT', 's1'), fence => fence('NEVERUSDT'))),
    'ok closed driven',
    's1 cannot come any more'
);

-- A take-profit that fills is an exit: one call.
call given('PROFITUSDT', 'active');
select is((tradelatch.confirm_orders(id('PROFITUSDT'), orders_placed => array['tp-1'])).outcome, 'ok', 'told');
select is((tradelatch.confirm_orders(id('PROFITUSDT'), orders_placed => array['tp-1'])).outcome, 'ok', 'seen');
select is(
    line(tradelatch.confirm_close(id('PROFITUSDT'), 'take-profit', array['tp-1'])),
    'ok pending_cancels driven, cancel s1',
    'it filled, a stream says: s1 is to be cancelled'
);
select is(
    line(tradelatch.confirm_orders(id('PROFITUSDT'), orders_of('PROFITUSDT', 's1'), fence => fence('PROFITUSDT'))),
    'ok closed driven',
    'and was'
);

-- A part-exit by a limit order that rests: four calls, and the stop-loss follows.
call given('PARTUSDT', 'active');
select is((tradelatch.confirm_orders(id('PARTUSDT'), orders_placed => array['half'])).outcome, 'ok', 'told');
select is((tradelatch.confirm_orders(id('PARTUSDT'), orders_placed => array['half'])).outcome, 'ok', 'seen');
select is(
    line(tradelatch.resize_position(id('PARTUSDT'), 5, 'half of it', orders_ended => array['half'])),
    'ok pending_sl driven, cancel s1, stop_loss sell 5 at 95 reduce-only s2',
    'filled'
);
select is(
    line(tradelatch.activate_position(
        id('PARTUSDT'), fence('PARTUSDT'), 95, order_of('PARTUSDT', 's2'), orders_ended => orders_of('PARTUSDT', 's1')
    )),
    'ok active driven',
    'protected'
);
call lapse('PARTUSDT', '1 hour');
select is(
    (select count(*) from tradelatch.claim_stale() as r where r.position_id = id('PARTUSDT')), 0::bigint, 'nobody needs to drive it'
);

-- By the exchange's id alone.
call given('NAMELESSUSDT', 'active');
select is(
    (tradelatch.confirm_orders(id('NAMELESSUSDT'), orders_placed => array['id:42'])).outcome,
    'ok',
    'placed on a screen'
);
select is(left_of('NAMELESSUSDT'), 'id:42 s1', 'it is left by that name');
select results_eq(
    $$select f.position_id, f.kind, f.is_left from tradelatch.find_order('id:42') as f$$,
    $$values (id('NAMELESSUSDT'), 'own', true)$$,
    'and found by it'
);

select explained();
select * from finish();
rollback;
