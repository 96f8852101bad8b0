begin;
\ir setup.psql
select plan(176);

select declared_as_move(
    'confirm_orders',
    'position_id bigint, orders_ended text[] = ''{}'', orders_placed text[] = ''{}'', fence bigint = null'
);

-- Each status: the stop-loss ended, by the driver and by anybody, who ends what arrived.
call given_each();
select cells(
    $$confirm_orders(id(%1$L), orders_of(%1$L, 's1'), fence => fence(%1$L))$$,
    '{
        "pending_entry": "replayed pending_entry driven, entry buy 10 opening e1",
        "entry_placed": "replayed entry_placed driven",
        "pending_sl": "ok pending_sl driven, stop_loss sell 10 reduce-only s2",
        "active": "ok pending_sl driven, stop_loss sell 10 at 95 reduce-only s2",
        "pending_close": "ok pending_close driven, close sell 10 reduce-only c1",
        "pending_rollback": "ok pending_rollback driven, close sell 10 reduce-only c1",
        "pending_cancels": "ok closed driven",
        "pending_cancels_back": "ok rolled_back driven",
        "closed": "replayed closed driven",
        "rolled_back": "replayed rolled_back driven",
        "canceled": "replayed canceled driven",
        "failed": "replayed failed driven"
    }'
);
select cells(
    $$confirm_orders(id(%1$L), orders_of(%1$L, 's1'))$$,
    '{
        "pending_entry": "replayed pending_entry",
        "entry_placed": "replayed entry_placed",
        "pending_sl": "replayed pending_sl",
        "active": "ok pending_sl",
        "pending_close": "ok pending_close",
        "pending_rollback": "replayed pending_rollback",
        "pending_cancels": "ok closed",
        "pending_cancels_back": "replayed pending_cancels",
        "closed": "replayed closed",
        "rolled_back": "replayed rolled_back",
        "canceled": "replayed canceled",
        "failed": "replayed failed"
    }'
);
-- An order of one's own: in the way of an exit and of its cancels, not before.
select cells(
    $$confirm_orders(id(%1$L), orders_placed => array['tp-1'], fence => fence(%1$L))$$,
    '{
        "pending_entry": "ok pending_entry driven, entry buy 10 opening e1",
        "entry_placed": "ok entry_placed driven",
        "pending_sl": "ok pending_sl driven, stop_loss sell 10 reduce-only s1",
        "active": "ok active driven",
        "pending_close": "ok pending_close driven, cancel tp-1, close sell 10 reduce-only c1",
        "pending_rollback": "ok pending_rollback driven, cancel s1 tp-1, close sell 10 reduce-only c1",
        "pending_cancels": "ok pending_cancels driven, cancel s1 tp-1",
        "pending_cancels_back": "ok pending_cancels driven, cancel s1 tp-1",
        "closed": "replayed closed driven",
        "rolled_back": "replayed rolled_back driven",
        "canceled": "replayed canceled driven",
        "failed": "replayed failed driven"
    }'
);

-- Nothing is said, or nothing of it is left.
select unchanged($$confirm_orders(id('ACTIVE'))$$, 'replayed active', 'a call that names nothing');
select unchanged($$confirm_orders(id('ACTIVE'), fence => fence('ACTIVE'))$$, 'replayed active driven', 'the same by the driver');
select unchanged(
    $$confirm_orders(id('ACTIVE'), array['who', 'id:who', '*', order_of('ACTIVE', 's2'), order_of('CLOSED', 's1')])$$,
    'replayed active',
    'what is not left is ignored'
);
select unchanged(
    $$confirm_orders(id('ACTIVE'), orders_placed => orders_of('ACTIVE', 's1'))$$,
    'replayed active',
    'and so is an arrival that is known'
);
select unchanged(
    $$confirm_orders(id('CLOSED'), array['who'], array['tp-1', order_of('ACTIVE', 's1'), '*'])$$,
    'replayed closed',
    'names are ignored when it is over'
);

-- In hand until it arrived: then anybody ends it.

create function symbol(status text)
returns text
language sql
immutable
return upper(replace(status, 'pending_', '')) || 'USDT';
create table hands as
select *
from (values
    ('pending_entry', 'e1', 'driven'),
    ('pending_sl', 's1', 'driven, stop_loss sell 10 reduce-only s1'),
    ('pending_close', 'c1', 'driven, close sell 10 reduce-only c1'),
    ('pending_rollback', 'c1', 'driven, cancel s1, close sell 10 reduce-only c1')
) as h (status, ending, due);
do $$
declare
    v_hand hands;
begin
    for v_hand in select * from hands loop
        call given(symbol(v_hand.status), v_hand.status);
    end loop;
end
$$;
select results_eq(
    format(
        'select o.kind, o.in_hand_until from tradelatch.orders as o where o.symbol = %L and o.name = order_of(%1$L, %L)',
        symbol(h.status), h.ending
    ),
    format(
        'values (%L, (book_row(%L)).lease_until + interval ''5 seconds'')',
        case h.ending when 'e1' then 'entry' when 's1' then 'stop_loss' else 'close' end, symbol(h.status)
    ),
    format('%s: %s is in the driver''s hand, lease and grace time', h.status, h.ending)
)
from hands as h;
select unchanged(
    format('confirm_orders(id(%1$L), orders_of(%1$L, %2$L))', symbol(h.status), h.ending),
    'replayed ' || h.status,
    format('%s: a stranger does not end %s', h.status, h.ending)
)
from hands as h;
select is(
    line(tradelatch.confirm_orders(id(symbol(h.status)), orders_placed => orders_of(symbol(h.status), h.ending))),
    'ok ' || h.status,
    format('%s: a stream says that %s arrived', h.status, h.ending)
)
from hands as h;
select is(
    event(symbol(h.status)),
    format(
        'confirm_orders %s>%s fence {"orders_placed": ["%s"]}', h.status, h.status, order_of(symbol(h.status), h.ending)
    ),
    h.status || ': the log has it'
)
from hands as h;
select results_eq(
    format(
        'select o.in_hand_until, o.since between now() and clock_timestamp() from tradelatch.orders as o '
        'where o.symbol = %L and o.name = order_of(%1$L, %L)',
        symbol(h.status), h.ending
    ),
    'values (null::timestamptz, true)',
    format('%s: %s is in nobody''s hand', h.status, h.ending)
)
from hands as h;
select is(
    line(tradelatch.renew_lease(id(symbol(h.status)), fence(symbol(h.status)))),
    format('ok %s %s', h.status, h.due),
    h.status || ': it is called for as before, but an entry, which is sent once'
)
from hands as h;
select is(
    line(tradelatch.confirm_orders(id(symbol(h.status)), orders_of(symbol(h.status), h.ending))),
    'ok ' || h.status,
    format('%s: a stranger ends %s', h.status, h.ending)
)
from hands as h
where h.ending <> 'e1';
select is(
    line(tradelatch.renew_lease(id(symbol(h.status)), fence(symbol(h.status)))),
    format('ok %s %s', h.status, replace(h.due, h.ending, left(h.ending, 1) || '2')),
    h.status || ': the driver is called for a fresh id'
)
from hands as h
where h.ending <> 'e1';
select unchanged(
    format('confirm_orders(id(%1$L), orders_placed => orders_of(%1$L, %2$L))', symbol(h.status), h.ending),
    'replayed ' || h.status,
    format('%s: an arrival that is told late: %s ended, and stays ended', h.status, h.ending)
)
from hands as h
where h.ending <> 'e1';
-- The driver ends what is in his hand alone: it was refused, or never sent.
select is(
    line(tradelatch.confirm_orders(
        id(symbol(h.status)), orders_of(symbol(h.status), left(h.ending, 1) || '2'), fence => fence(symbol(h.status))
    )),
    format('ok %s %s', h.status, replace(h.due, h.ending, left(h.ending, 1) || '3')),
    h.status || ': and ends it himself, before it arrived'
)
from hands as h
where h.ending <> 'e1';
-- Whoever saw it arrive and end says both in one call.
select is(
    line(tradelatch.confirm_orders(
        id(symbol(h.status)), orders_of(symbol(h.status), left(h.ending, 1) || '3'),
        orders_of(symbol(h.status), left(h.ending, 1) || '3')
    )),
    'ok ' || h.status,
    h.status || ': a stranger who saw its fill says that it arrived and that it ended'
)
from hands as h
where h.ending <> 'e1';
select is(
    left_of(symbol(h.status)), case h.ending when 's1' then 's4' else 'c4 s1' end, h.status || ': it is not left'
)
from hands as h
where h.ending <> 'e1';
select is(
    event('CLOSEUSDT'),
    format(
        'confirm_orders pending_close>pending_close fence {"orders_ended": ["%s"], "orders_placed": ["%s"]}',
        order_of('CLOSEUSDT', 'c3'), order_of('CLOSEUSDT', 'c3')
    ),
    'the log has both'
);

-- In the hand of two: of the driver, and of the one before until his lease and the grace time have passed.
call given('TWOUSDT', 'pending_sl');
create table former as
select (book_row('TWOUSDT')).lease_until + interval '5 seconds' as until;
select is(
    line(tradelatch.take_over(id('TWOUSDT'), 'he hangs')),
    'claimed pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    'an operator takes it over'
);
select results_eq(
    $$select o.in_hand_until from tradelatch.orders as o where o.symbol = 'TWOUSDT' order by o.name$$,
    $$
        select f.until from former as f
        union all
        select (book_row('TWOUSDT')).lease_until + interval '5 seconds'
    $$,
    's1 is in the hand of the first, s2 of the second'
);
select unchanged(
    $$confirm_orders(id('TWOUSDT'), orders_of('TWOUSDT', 's1'), fence => fence('TWOUSDT'))$$,
    'replayed pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    'the driver does not end s1'
);
call hands_end('TWOUSDT');
select is(
    line(tradelatch.confirm_orders(id('TWOUSDT'), orders_of('TWOUSDT', 's1 s2'))),
    'ok pending_sl',
    'after that anybody does, s1 and not s2'
);
select is(left_of('TWOUSDT'), 's2', 's2 is left');

-- The entry: that it ended says nothing of its fill.
call given('FILLUSDT', 'active', filled => 4);
select unchanged(
    format('confirm_orders(id(''FILLUSDT''), array[%s], fence => fence(''FILLUSDT''))', v.name),
    'replayed active driven',
    'named by ' || v.name
)
from (values ($$order_of('FILLUSDT', 'e1')$$), ($$'id:entry-FILLUSDT-long'$$)) as v (name);

-- By the exchange's id, which names the same order where it was reported beside a client order id.
call given('NAMEUSDT', 'active', filled => 4);
select unchanged(
    $$confirm_orders(id('NAMEUSDT'), orders_placed => array['id:stop-NAMEUSDT', 'id:entry-NAMEUSDT-long'])$$,
    'replayed active',
    'both are known'
);
select is(
    line(tradelatch.confirm_orders(id('NAMEUSDT'), array['id:stop-NAMEUSDT'], fence => fence('NAMEUSDT'))),
    'ok pending_sl driven, stop_loss sell 4 at 95 reduce-only s2',
    'the stop-loss ended'
);
select unchanged(
    $$confirm_orders(id('NAMEUSDT'), orders_placed => array['id:stop-NAMEUSDT'])$$, 'replayed pending_sl', 'and stays ended'
);

-- What ended stays ended, without an id of ours, too, whichever call said so.
create table gone as
select *
from (values ('G1USDT', 'theirs'), ('G2USDT', 'moved')) as g (symbol, order_id);
select is(
    (tradelatch.adopt_position(
        'binance', g.symbol, 'long', 10, 100, clock_timestamp(), stop_loss_price => 90, stop_loss_order_id => 'theirs'
    )).outcome,
    'created',
    'found with its stop-loss'
)
from gone as g;
select is(line(tradelatch.update_stop_loss(id('G2USDT'), 91, 'moved', array['id:theirs'])), 'ok active', 'the exchange replaced one');
select is(
    line(tradelatch.update_stop_loss(id(g.symbol), null, orders_ended => array['id:' || g.order_id])),
    format('ok pending_sl driven, cancel *, stop_loss sell 10 at %s reduce-only s1', case g.order_id when 'moved' then 91 else 90 end),
    format('id:%s is gone', g.order_id)
)
from gone as g;
select unchanged(
    format('confirm_orders(id(%L), orders_placed => array[''id:theirs'', %L])', g.symbol, 'id:' || g.order_id),
    'replayed pending_sl',
    format('a late arrival of id:%s', g.order_id)
)
from gone as g;

-- An active position whose stop-loss ended: nobody drives it, and it has a new fence without a lease; where it was driven, its
-- driver goes on.
call given('ALONEUSDT', 'active');
create table alone as
select fence('ALONEUSDT') as fence;
select is(
    line(tradelatch.renew_lease(id('ALONEUSDT'), fence('ALONEUSDT'), '1 hour')), 'ok active driven', 'a lease of an hour'
);
select is(
    line(tradelatch.confirm_orders(id('ALONEUSDT'), orders_of('ALONEUSDT', 's1'))),
    'ok pending_sl',
    'its stop-loss expired'
);
select ok(
    fence('ALONEUSDT') > a.fence and (book_row('ALONEUSDT')).lease_until = 'epoch', 'a new fence, and no lease'
)
from alone as a;
select refused(
    format('renew_lease(id(''ALONEUSDT''), %s)', a.fence), 'TL003', 'the one who opened it does not drive it'
)
from alone as a;
call given('RESTSUSDT', 'active', filled => 4);
create table rests as
select fence('RESTSUSDT') as fence, (book_row('RESTSUSDT')).lease_until;
select is(
    line(tradelatch.confirm_orders(id('RESTSUSDT'), orders_of('RESTSUSDT', 's1'))),
    'ok pending_sl',
    'an entry rests beside it'
);
select is((fence('RESTSUSDT'), (book_row('RESTSUSDT')).lease_until), (r.fence, r.lease_until), 'its driver goes on') from rests as r;

-- Orders of one's own.

call given('OWNUSDT', 'active');
select is(line(tradelatch.confirm_orders(id('OWNUSDT'), orders_placed => array['tp-1'])), 'ok active', 'told before it is sent');
select results_eq(
    $$
        select o.kind, o.in_hand_until between now() + interval '65 seconds' and clock_timestamp() + interval '65 seconds'
        from tradelatch.orders as o
        where o.name = 'tp-1' and o.symbol = 'OWNUSDT'
    $$,
    $$values ('own', true)$$,
    'in the hand of nobody for a minute, and the grace time'
);
select unchanged($$confirm_orders(id('OWNUSDT'), array['tp-1'])$$, 'replayed active', 'so nobody ends it');
select unchanged(
    $$confirm_orders(id('OWNUSDT'), array['tp-1'], fence => fence('OWNUSDT'))$$, 'replayed active driven', 'neither does the driver'
);
select is(
    line(tradelatch.confirm_orders(id('OWNUSDT'), orders_placed => array['tp-1'])),
    'ok active',
    'told again, it has arrived'
);
select unchanged($$confirm_orders(id('OWNUSDT'), orders_placed => array['tp-1'])$$, 'replayed active', 'and is there already');
select is(
    line(tradelatch.confirm_orders(id('OWNUSDT'), orders_placed => array['tp-2', 'tp-3'], fence => fence('OWNUSDT'))),
    'ok active driven',
    'told by the driver'
);
select results_eq(
    $$
        select o.name, o.in_hand_until = (book_row('OWNUSDT')).lease_until + interval '5 seconds'
        from tradelatch.orders as o
        where o.kind = 'own' and o.symbol = 'OWNUSDT'
        order by o.name
    $$,
    $$values ('tp-1', null), ('tp-2', true), ('tp-3', true)$$,
    'they are in the driver''s hand'
);
select is(
    line(tradelatch.confirm_orders(id('OWNUSDT'), array['tp-1', 'tp-2'])),
    'ok active',
    'anybody ends the one that arrived, and no other'
);
select is(
    line(tradelatch.confirm_orders(id('OWNUSDT'), array['tp-2'], fence => fence('OWNUSDT'))),
    'ok active driven',
    'the driver ends his'
);
select is(left_of('OWNUSDT'), 's1 tp-3', 'one is left');
select unchanged(
    $$confirm_orders(id('OWNUSDT'), orders_placed => array['tp-1', 'tp-2'])$$, 'replayed active', 'what ended stays ended'
);
select is(
    line(tradelatch.confirm_orders(id('OWNUSDT'), array['tp-4'], array['tp-4', 'tp-5'])),
    'ok active',
    'one that came and went is told by both lists'
);
select is(left_of('OWNUSDT'), 's1 tp-3 tp-5', 'and is not left');
select is(
    line(tradelatch.begin_close(id('OWNUSDT'), 'exit')),
    'ok pending_close driven, cancel tp-3 tp-5, close sell 10 reduce-only c1',
    'they are in the way of an exit'
);
select is(
    line(tradelatch.confirm_orders(id('OWNUSDT'), array['tp-3'], fence => fence('OWNUSDT'))),
    'replayed pending_close driven, cancel tp-3 tp-5, close sell 10 reduce-only c1',
    'tp-3 is still in the hand of the driver before'
);
call hands_end('OWNUSDT');
select is(
    line(tradelatch.confirm_orders(id('OWNUSDT'), array['tp-3'], fence => fence('OWNUSDT'))),
    'ok pending_close driven, cancel tp-5, close sell 10 reduce-only c1',
    'not any more'
);
select is(
    line(tradelatch.confirm_close(id('OWNUSDT'), 'sold', orders_of('OWNUSDT', 's1'), fence => fence('OWNUSDT'))),
    'ok pending_cancels driven, cancel tp-5',
    'closed'
);
select unchanged(
    $$confirm_orders(id('OWNUSDT'), array['tp-5'], fence => fence('OWNUSDT'))$$,
    'replayed pending_cancels driven, cancel tp-5',
    'it may have added: only a look at the position ends it now'
);
select is(
    line(tradelatch.confirm_orders(id('OWNUSDT'), array['tp-6'], array['tp-6'], fence => fence('OWNUSDT'))),
    'ok pending_cancels driven, cancel tp-5 tp-6',
    'and neither is one ended that came and went meanwhile'
);
select is(
    line(tradelatch.confirm_close(id('OWNUSDT'), 'sold', array['tp-5', 'tp-6'], fence => fence('OWNUSDT'))),
    'replayed closed driven',
    'a look'
);

-- What nobody can name.
select is(
    line(tradelatch.adopt_position('binance', 'FOUNDUSDT', 'long', 10, 100, clock_timestamp(), stop_loss_price => 90)),
    'created active driven',
    'found on the exchange'
);
select refused(
    $$confirm_orders(id('FOUNDUSDT'), orders_placed => array['tp-1', '*'])$$, '22023 orders_placed', 'an order has a name'
);
select is(line(tradelatch.confirm_orders(id('FOUNDUSDT'), array['*'])), 'ok active', 'the others ended');
select unchanged(
    $$confirm_orders(id('FOUNDUSDT'), array['*'])$$, 'replayed active', 'told once more it changes nothing'
);

-- What is refused.

call given('BADUSDT', 'pending_sl');
select refused(
    format('confirm_orders(id(''BADUSDT''), orders_placed => array[%s])', v.name), 'TL005', 'it never handed that out: ' || v.name
)
from (values
    ($$order_of('BADUSDT', 's2')$$), ($$order_of('BADUSDT', 'c1')$$), ($$order_of('BADUSDT', 'e2')$$),
    ($$order_of('BADUSDT', 's99999999999999999999')$$), ($$order_of('ACTIVE', 's1')$$)
) as v (name);
select is(
    (try($$confirm_orders(id('BADUSDT'), orders_placed => orders_of('ACTIVE', 's1'))$$)).detail::jsonb,
    jsonb_build_object('position_id', id('BADUSDT'), 'client_order_id', order_of('ACTIVE', 's1')),
    'DETAIL has the order'
);
select refused($$confirm_orders(id('BADUSDT'), fence => fence('BADUSDT') - 1)$$, 'TL003', 'another fence');
select refused($$confirm_orders(id('CLOSED'), fence => fence('BADUSDT'))$$, 'TL003', 'another fence of one that is over');
select refused(format('confirm_orders(%s)', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);

create table good as
select jsonb_build_object('position_id', id('BADUSDT')) as arguments;
select refused_values('confirm_orders', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('confirm_orders', g.arguments, 'orders_ended', bad_orders()) from good as g;
select refused_values('confirm_orders', g.arguments, 'orders_placed', bad_orders()) from good as g;

-- Who may.

select is(
    (try(
        $$confirm_orders(
            id('BADUSDT'), orders_placed => array[repeat('x', 103)] || array(select 'o' || n from generate_series(1, 999) as n)
        )$$,
        role => r.role
    )).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'), ('tradelatch_bot', 'ok pending_sl'), ('tradelatch_operator', 'ok pending_sl')
) as r (role, seen);

select explained();
select * from finish();
rollback;
