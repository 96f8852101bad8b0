begin;
\ir setup.psql
select plan(80);

-- What is left of a position, from its entry to its cancels.

-- Active with 4 of 10 filled, the entry resting: the stop-loss triggers, the entry fills 6 more, somebody says that it ended.
call given('RESTUSDT', 'active', filled => 4);
select is(left_of('RESTUSDT'), 'e1 s1', 'the entry rests beside the stop-loss');
select is(
    line(tradelatch.confirm_close(id('RESTUSDT'), 'stop-loss', array[order_of('RESTUSDT', 's1')])),
    'ok pending_cancels driven, cancel e1',
    'the stop-loss triggered: the caller is given the drive to cancel the entry'
);
select is(
    line(tradelatch.confirm_orders(id('RESTUSDT'), array[order_of('RESTUSDT', 'e1')])),
    'replayed pending_cancels',
    'that the entry ended says nothing of its fill'
);
select is(
    line(tradelatch.confirm_entry(id('RESTUSDT'), fence('RESTUSDT'), 10, 100)),
    'ok pending_close driven, close sell 6 reduce-only c1',
    'it filled after all: the rest is closed'
);
select is(
    line(tradelatch.confirm_close(id('RESTUSDT'), 'rest', fence => fence('RESTUSDT'))),
    'ok closed driven',
    'and nothing is left'
);

-- The entry fills while nobody drives.
call given('ALONEUSDT', 'active', filled => 4);
call lapse('ALONEUSDT', '1 hour');
select is(
    (select line(r) from tradelatch.claim_stale(max_positions => 1) as r),
    'claimed active driven, cancel e1',
    'an active position with a resting entry needs a driver: claim_stale gives it'
);
select is(
    line(tradelatch.confirm_entry(
        id('ALONEUSDT'), fence('ALONEUSDT'), 7, 100, orders_ended => array[order_of('ALONEUSDT', 'e1')]
    )),
    'ok pending_sl driven, cancel s1, stop_loss sell 7 at 95 reduce-only s2',
    'cancelled, with a larger fill'
);
select is(
    line(tradelatch.activate_position(
        id('ALONEUSDT'), fence('ALONEUSDT'), 95, order_of('ALONEUSDT', 's2'), orders_ended => array[order_of('ALONEUSDT', 's1')]
    )),
    'ok active driven',
    'protected'
);
call lapse('ALONEUSDT', '1 hour');
select is((select count(*) from tradelatch.claim_stale()), 0::bigint, 'nobody needs to drive it');

-- confirm_orders ends the stop-loss of an active position: recovered at once, under whatever lease it was opened.
call given('EXPIREUSDT', 'active');
select is(
    (tradelatch.renew_lease(id('EXPIREUSDT'), fence('EXPIREUSDT'), '1 hour')).outcome,
    'ok',
    'under a lease of an hour'
);
select is(
    line(tradelatch.confirm_orders(id('EXPIREUSDT'), array['id:stop-EXPIREUSDT'])),
    'ok pending_sl',
    'its stop-loss expired, by the exchange''s id'
);
select is(
    (select line(r) from tradelatch.claim_stale(max_positions => 1) as r),
    'claimed pending_sl driven, stop_loss sell 10 at 95 reduce-only s2',
    'claim_stale waits for no lease'
);
select is(
    line(tradelatch.confirm_orders(id('EXPIREUSDT'), orders_placed => array[order_of('EXPIREUSDT', 's1')])),
    'replayed pending_sl',
    'a late stream says that s1 arrived: it ended, and stays ended'
);
select is(left_of('EXPIREUSDT'), 's2', 's2 alone is left');

-- An order that ended is never called for again.
select is(
    line(tradelatch.confirm_orders(
        id('EXPIREUSDT'), array[order_of('EXPIREUSDT', 's2')], fence => fence('EXPIREUSDT')
    )),
    'ok pending_sl driven, stop_loss sell 10 at 95 reduce-only s3',
    'its driver says that s2 was refused: a fresh id'
);

-- A replay that ends the last order left.
call given('REPLAYUSDT', 'active');
select is(
    line(tradelatch.confirm_close(id('REPLAYUSDT'), 'manual', attempt => '00000000-0000-0000-0000-000000000001')),
    'ok pending_cancels driven, cancel s1', 'closed by hand: s1 is left'
);
select is(
    line(tradelatch.confirm_close(
        id('REPLAYUSDT'), 'manual', array[order_of('REPLAYUSDT', 's1')], attempt => '00000000-0000-0000-0000-000000000001'
    )),
    'replayed closed driven', 'the same call again, naming s1: nothing is left'
);
select is((book_row('REPLAYUSDT')).status, 'closed', 'and it is closed');

-- resize_position and then confirm_entry: growth is counted once.
call given('GROWUSDT', 'active', filled => 4);
select refused(
    $$resize_position(id('GROWUSDT'), 7, 'seen')$$,
    'TL002',
    'while the entry may fill, nobody knows what is open'
);
select is(
    line(tradelatch.resize_position(id('GROWUSDT'), 7, 'seen', orders_ended => array[order_of('GROWUSDT', 'e1')])),
    'ok pending_sl driven, cancel s1, stop_loss sell 7 at 95 reduce-only s2',
    'the entry ended, 7 are open'
);
select is(
    line(tradelatch.confirm_entry(id('GROWUSDT'), fence('GROWUSDT'), 7, 100)),
    'ok pending_sl driven, cancel s1, stop_loss sell 7 at 95 reduce-only s2',
    'the fill was in it'
);
select is((book_row('GROWUSDT')).filled_quantity::numeric, 7::numeric, 'filled_quantity alone rises');

-- * after the new stop-loss stands.
select is(
    line(tradelatch.adopt_position('binance', 'FOUNDUSDT', 'long', 10, 100, clock_timestamp(), stop_loss_percent => 5)),
    'created pending_sl driven, cancel *, stop_loss sell 10 at 95 reduce-only s1',
    'found: nobody can name its orders'
);
select is(
    line(tradelatch.activate_position(id('FOUNDUSDT'), fence('FOUNDUSDT'), 95, order_of('FOUNDUSDT', 's1'))),
    'ok active driven, cancel *',
    'ours stands: the others may be cancelled'
);
select is(
    line(tradelatch.confirm_orders(id('FOUNDUSDT'), array['*'], fence => fence('FOUNDUSDT'))),
    'ok active driven',
    'they were'
);
select is(
    line(tradelatch.adopt_position('binance', 'HELDUSDT', 'short', 10, 100, clock_timestamp(), position_side => 'short',
        stop_loss_price => 105)),
    'created active driven',
    'in hedge mode, with a stop-loss that nobody can name: * may be it'
);
select is(left_of('HELDUSDT'), '*', 'and is left');
select is(
    line(tradelatch.confirm_close(id('HELDUSDT'), 'manual')),
    'ok pending_cancels driven, cancel *',
    'when it is over, all of them go'
);
select is(
    line(tradelatch.confirm_close(id('HELDUSDT'), 'manual', array['*'], fence => fence('HELDUSDT'))),
    'replayed closed driven',
    'gone'
);

-- A take-profit, told before it is sent.
call given('PROFITUSDT', 'active');
select is(line(tradelatch.confirm_orders(id('PROFITUSDT'), orders_placed => array['tp-1'])), 'ok active', 'told');
select is(
    line(tradelatch.confirm_orders(id('PROFITUSDT'), array['tp-1'])),
    'replayed active',
    'for a minute it may still be sent'
);
call hands_end('PROFITUSDT');
select is(line(tradelatch.confirm_orders(id('PROFITUSDT'), array['tp-1'])), 'ok active', 'never sent');
select is(
    line(tradelatch.confirm_orders(id('PROFITUSDT'), orders_placed => array['tp-1'])),
    'replayed active',
    'ended is ended'
);
select is(
    (tradelatch.confirm_orders(id('PROFITUSDT'), orders_placed => array['tp-2'])).outcome,
    'ok',
    'another one is told'
);
select is(
    line(tradelatch.confirm_orders(id('PROFITUSDT'), orders_placed => array['tp-2'])),
    'ok active',
    'told again: it arrived'
);
select is(left_of('PROFITUSDT'), 's1 tp-2', 'both are left');
call lapse('PROFITUSDT', '1 hour');
select is((select count(*) from tradelatch.claim_stale()), 0::bigint, 'a take-profit needs no driver');
select is(
    line(tradelatch.begin_close(id('PROFITUSDT'), 'exit')),
    'ok pending_close driven, cancel tp-2, close sell 10 reduce-only c1',
    'it is in the way of a close'
);
select is(
    line(tradelatch.confirm_close(
        id('PROFITUSDT'), 'exit', array[order_of('PROFITUSDT', 's1')], fence => fence('PROFITUSDT')
    )),
    'ok pending_cancels driven, cancel tp-2', 'and of the next position'
);
select is(
    line(tradelatch.confirm_orders(id('PROFITUSDT'), array['tp-2'], fence => fence('PROFITUSDT'))),
    'replayed pending_cancels driven, cancel tp-2', 'it may have added: only a look at the position can tell'
);
select is(
    line(tradelatch.confirm_close(id('PROFITUSDT'), 'exit', array['tp-2'], fence => fence('PROFITUSDT'))),
    'replayed closed driven', 'nothing is open after its end'
);

-- cancel_position with an order of one's own left.
call given('OWNUSDT', 'entry_placed');
select is(
    (tradelatch.confirm_orders(id('OWNUSDT'), orders_placed => array['dca-1'], fence => fence('OWNUSDT'))).outcome,
    'ok',
    'an order of ones own, beside a resting entry'
);
select refused(
    $$cancel_position(id('OWNUSDT'), fence('OWNUSDT'), 'x')$$,
    'TL002',
    'an order of one''s own is left: roll it back'
);

-- A DCA order under way when the stop-loss triggers.
call given('DCAUSDT', 'active');
select is(
    line(tradelatch.replace_stop_loss(id('DCAUSDT'), 95)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 95 reduce-only s2', 'to add, one drives'
);
select is(
    line(tradelatch.confirm_orders(id('DCAUSDT'), orders_placed => array['dca-1'], fence => fence('DCAUSDT'))),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 95 reduce-only s2', 'the order is told before it is sent'
);
select is(
    line(tradelatch.confirm_close(id('DCAUSDT'), 'stop-loss', array[order_of('DCAUSDT', 's1')])),
    'ok pending_cancels', 'the stop-loss triggers: the driver still frees it'
);
select is(left_of('DCAUSDT'), 'dca-1 s2', 'dca-1 and s2 are in its hand');
select is(
    line(tradelatch.resize_position(
        id('DCAUSDT'), 5, 'it filled', fence => fence('DCAUSDT'), orders_ended => array['dca-1']
    )),
    'ok pending_close driven, close sell 5 reduce-only c1',
    'it filled: what is open is closed'
);
select is(
    line(tradelatch.confirm_close(
        id('DCAUSDT'), 'stop-loss', array[order_of('DCAUSDT', 's2')], fence => fence('DCAUSDT')
    )),
    'ok closed driven', 's2 was never sent'
);

-- A stop-loss that triggers two seconds after the opening: one call frees the slot.
call given('QUICKUSDT', 'active');
select is(
    line(tradelatch.confirm_close(id('QUICKUSDT'), 'stop-loss', array[order_of('QUICKUSDT', 's1')])),
    'ok closed',
    'at once'
);

-- A partial fill of the stop-loss, told without a fence, while the driver places another one.
call given('PARTUSDT', 'active');
select is((tradelatch.replace_stop_loss(id('PARTUSDT'), 97)).outcome, 'ok', 'the driver is to move it');
select is(
    line(tradelatch.resize_position(id('PARTUSDT'), 6, 'stop-loss filled 4')),
    'ok pending_sl',
    'the quantity is recorded'
);
select is(
    line(tradelatch.renew_lease(id('PARTUSDT'), fence('PARTUSDT'))),
    'ok pending_sl driven, cancel s1 s2, stop_loss sell 6 at 97 reduce-only s3',
    'the driver''s next receipt has the new stop-loss'
);

-- A stop-loss by hand: without an id of ours.
call given('HANDUSDT', 'pending_sl');
select refused(
    $$activate_position(id('HANDUSDT'), fence('HANDUSDT'), 95, null, 'x-1')$$,
    '22023 orders_ended',
    'the one called for was not sent: say so'
);
select refused(
    $$activate_position(id('HANDUSDT'), fence('HANDUSDT'), 95, null)$$,
    '22023 stop_loss_order_id',
    'and which it is'
);
select is(
    line(tradelatch.activate_position(
        id('HANDUSDT'), fence('HANDUSDT'), 95, null, 'x-1', orders_ended => array[order_of('HANDUSDT', 's1')]
    )),
    'ok active driven', 'it stands'
);
select is(
    line(tradelatch.confirm_close(id('HANDUSDT'), 'manual')),
    'ok pending_cancels driven, cancel id:x-1',
    'and is not forgotten'
);

-- A trailing stop: two replacements by the exchange, then it is gone.
call given('TRAILUSDT', 'active');
select is(line(tradelatch.update_stop_loss(id('TRAILUSDT'), 96, 'x-2')), 'ok active', 'another order stands');
select is(
    line(tradelatch.update_stop_loss(id('TRAILUSDT'), 97, 'x-3', array['id:x-2'])),
    'ok active',
    'and another, in its place'
);
select is(left_of('TRAILUSDT'), 'id:x-3 s1', 's1 is left until it is named');
select is(
    line(tradelatch.update_stop_loss(id('TRAILUSDT'), null, orders_ended => array['id:x-3'])),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 97 reduce-only s2',
    'gone: the others are not forgotten'
);

-- A synchronizer that stalled.
call given('STALLUSDT', 'closed');
select refused(
    $$adopt_position('binance', 'STALLUSDT', 'long', 10, 100, clock_timestamp() - interval '1 second')$$,
    'TL009', 'what it saw may be what was there before'
);
select refused(
    $$adopt_position('binance', 'NEWUSDT', 'long', 10, 100, clock_timestamp() + interval '1 minute')$$,
    '22023 observed_at',
    'the future'
);

-- Closes never close more than the book holds.
call given('TWICEUSDT', 'pending_close', filled => 10);
select is(
    line(tradelatch.reissue_order(id('TWICEUSDT'), fence('TWICEUSDT'), order_of('TWICEUSDT', 'c1'), 'half', 4)),
    'ok pending_close driven, close sell 4 reduce-only c2', 'the rest'
);
select is(left_of('TWICEUSDT'), 'c2 s1', 'c1 ended');

-- After a partial fill a rollback cancels the entry and both stop-losses.
call given('BACKUSDT', 'pending_sl', filled => 4);
select is((tradelatch.confirm_entry(id('BACKUSDT'), fence('BACKUSDT'), 6, 100)).outcome, 'ok', 'it filled on');
select is(
    line(tradelatch.rollback_position(id('BACKUSDT'), fence('BACKUSDT'), 'no')),
    'ok pending_rollback driven, cancel e1 s1 s2, close sell 10 reduce-only c1', 'everything, and all that may be open'
);
select is(
    line(tradelatch.confirm_flat(id('BACKUSDT'), fence('BACKUSDT'))),
    'ok pending_cancels driven, cancel s1 s2', 'the entry and the close are said to have ended'
);
select refused($$confirm_close(id('BACKUSDT'), 'x', fence => fence('BACKUSDT'))$$, 'TL002', 'it is being rolled back');
select is(
    line(tradelatch.confirm_orders(
        id('BACKUSDT'), array[order_of('BACKUSDT', 's1'), order_of('BACKUSDT', 's2')], fence => fence('BACKUSDT')
    )),
    'ok rolled_back driven', 'the rest'
);

-- A resting entry is told to whoever takes the drive.
call given('TOLDUSDT', 'active', filled => 4);
select is(
    line(tradelatch.replace_stop_loss(id('TOLDUSDT'), 96)),
    'ok pending_sl driven, cancel e1 s1, stop_loss sell 4 at 96 reduce-only s2', 'a trailing bot'
);
-- Also where its first answer was lost, and by whichever call it took the drive.
create table given_drives as
select *
from (values
    ('replace_stop_loss(id(%1$L), 97, attempt => ''00000000-0000-0000-0000-0000000000d1'')', 'TOLD1USDT'),
    ('update_stop_loss(id(%1$L), null, attempt => ''00000000-0000-0000-0000-0000000000d2'')', 'TOLD2USDT')
) as g (call, symbol);
do $$
declare
    v_symbol text;
begin
    for v_symbol in select g.symbol from given_drives as g loop
        call given(v_symbol, 'active', filled => 4);
    end loop;
end
$$;
select is(
    (try(format(g.call, g.symbol))).seen ~ ' pending_sl driven, cancel e1 s1, stop_loss sell 4 at 9[57] reduce-only s2$',
    true,
    format('%s call: %s', n.n, replace(g.call, '%1$L', ''))
)
from generate_series(1, 2) as n (n)
cross join given_drives as g;

-- find_order.
select results_eq(
    $$select f.kind, f.is_left from tradelatch.find_order(order_of('BACKUSDT', 's1')) as f where f.position_id = id('BACKUSDT')$$,
    $$values ('stop_loss', false)$$, 'of a position that is over'
);
select results_eq(
    $$select f.kind, f.is_left from tradelatch.find_order('id:stop-RESTUSDT') as f$$,
    $$select 'x', true where false$$,
    'not open any more'
);
select results_eq(
    $$select f.position_id, f.kind, f.is_left from tradelatch.find_order('id:entry-TOLDUSDT-long') as f$$,
    $$values (id('TOLDUSDT'), 'entry', true)$$, 'by the exchange''s id'
);
select results_eq(
    $$select o.name, o.kind, o.in_hand_until is not null from tradelatch.orders as o where o.symbol = 'TOLDUSDT' order by o.name$$,
    $$values (order_of('TOLDUSDT', 'e1'), 'entry', false), (order_of('TOLDUSDT', 's1'), 'stop_loss', false),
        (order_of('TOLDUSDT', 's2'), 'stop_loss', true)$$, 'the view orders'
);

-- Sums.
call given('HUGEUSDT', 'pending_entry');
select refused($$confirm_entry(id('HUGEUSDT'), fence('HUGEUSDT'), 1e30)$$, '22023 filled_quantity', 'too much');

select * from finish();
rollback;
