begin;
\ir setup.psql
select plan(126);

select declared_as_move(
    'replace_stop_loss',
    'position_id bigint, stop_loss_price numeric, fence bigint = null, attempt uuid = null, lease interval = ''1 minute'''
);

-- What is active is given to anybody, at once: the next stop-loss, at that price, for what is open. The ones before are cancelled
-- once it stands.

create table moved as
select *
from (values
    ('M1USDT', 'long', 'both', 10, 97, 'cancel s1, stop_loss sell 10 at 97 reduce-only s2'),
    ('M2USDT', 'short', 'both', 10, 103, 'cancel s1, stop_loss buy 10 at 103 reduce-only s2'),
    ('M3USDT', 'long', 'both', 4, 101.5, 'cancel e1 s1, stop_loss sell 4 at 101.5 reduce-only s2'),
    ('M4USDT', 'long', 'long', 12, 90, 'cancel s1, stop_loss sell 12 at 90 reduce-only s2'),
    ('M4USDT', 'short', 'short', 10, 98, 'cancel s1, stop_loss buy 10 at 98 reduce-only s2')
) as m (symbol, side, position_side, filled, price, due);
create table former (symbol text, position_side text, fence bigint);
do $$
declare
    v_moved moved;
begin
    for v_moved in select * from moved loop
        call given(v_moved.symbol, 'active', v_moved.side, v_moved.position_side, v_moved.filled);
        insert into former values (v_moved.symbol, v_moved.position_side, fence(v_moved.symbol, v_moved.position_side));
    end loop;
end
$$;
select is(
    line(tradelatch.replace_stop_loss(id(m.symbol, m.position_side), m.price, lease => '10 minutes')),
    'ok pending_sl driven, ' || m.due,
    format('%s %s, %s filled: to %s', m.position_side, m.side, m.filled, m.price)
)
from moved as m;
select is(
    event(m.symbol, m.position_side),
    format('replace_stop_loss active>pending_sl fence {"attempt": null, "stop_loss_price": %s}', m.price),
    format('the log has it: %s %s', m.symbol, m.position_side)
)
from moved as m;
select is(
    (p.stop_loss_price::numeric, p.stop_loss_order, p.open_quantity::numeric, p.exposure_at < p.orders_at),
    (m.price::numeric, p.order_key || 's1', m.filled::numeric, true),
    format('%s %s: the one before stands still, and the exposure has not moved', m.symbol, m.position_side)
)
from moved as m
cross join lateral book_row(m.symbol, m.position_side) as p;
select cmp_ok(
    fence(f.symbol, f.position_side),
    '>',
    f.fence,
    format('the drive has changed hands: %s %s', f.symbol, f.position_side)
)
from former as f;
select refused(
    format('renew_lease(id(%L, %L), %s)', f.symbol, f.position_side, f.fence),
    'TL003',
    'the former driver has nothing to say any more'
)
from former as f;
select ok(
    (book_row('M1USDT')).lease_until between now() + interval '10 minutes' and clock_timestamp() + interval '10 minutes',
    'the lease is as told'
);
select is(
    line(tradelatch.create_position('binance', 'M1USDT', 'long', 10, 100)),
    'existing pending_sl',
    'the slot stays taken'
);
select is(
    line(tradelatch.activate_position(id('M1USDT'), fence('M1USDT'), 97, order_of('M1USDT', 's2'), 'stop-2')),
    'ok active driven, cancel s1',
    'it stands: the one before is to be cancelled'
);
select is(
    line(tradelatch.confirm_orders(id('M1USDT'), orders_of('M1USDT', 's1'), fence => fence('M1USDT'))),
    'ok active driven',
    'it was'
);
select is(left_of('M1USDT'), 's2', 'one stop-loss is left');
select is(
    line(tradelatch.activate_position(
        id('M3USDT'), fence('M3USDT'), 101.5, order_of('M3USDT', 's2'), orders_ended => orders_of('M3USDT', 's1')
    )),
    'ok active driven',
    'beyond the fill: it is not the first one'
);

-- Several in a row: each one may have been sent, and is left.

select is(
    line(tradelatch.replace_stop_loss(id('M1USDT'), 98)),
    'ok pending_sl driven, cancel s2, stop_loss sell 10 at 98 reduce-only s3',
    'one'
);
select is(
    line(tradelatch.replace_stop_loss(id('M1USDT'), 99, fence('M1USDT'))),
    'ok pending_sl driven, cancel s2 s3, stop_loss sell 10 at 99 reduce-only s4',
    'another one'
);
select is(
    line(tradelatch.replace_stop_loss(id('M1USDT'), 98, fence('M1USDT'))),
    'ok pending_sl driven, cancel s2 s3 s4, stop_loss sell 10 at 98 reduce-only s5',
    'and back'
);
select is(
    line(tradelatch.activate_position(
        id('M1USDT'), fence('M1USDT'), 99, order_of('M1USDT', 's4'), orders_ended => orders_of('M1USDT', 's2 s3 s5')
    )),
    'ok active driven',
    'an earlier one that protects all of it, while the one called for was never sent'
);
select is(
    ((book_row('M1USDT')).stop_loss_price::numeric, left_of('M1USDT')), (99::numeric, 's4'::text), 'at the price where it stands'
);

-- pending_sl is its driver's, until its lease and the grace time have passed.

call given('SLUSDT', 'pending_sl', filled => 4);
create table driver as
select fence('SLUSDT') as fence, (book_row('SLUSDT')).lease_until;
select unchanged($$replace_stop_loss(id('SLUSDT'), 96)$$, 'existing pending_sl', 'somebody else is given nothing');
select is(
    line(tradelatch.replace_stop_loss(id('SLUSDT'), 96, d.fence, lease => '1 second')),
    'ok pending_sl driven, cancel s1, stop_loss sell 4 at 96 reduce-only s2',
    'its driver moves it, and knows of the entry that rests'
)
from driver as d;
select is(
    (fence('SLUSDT'), (book_row('SLUSDT')).lease_until),
    (d.fence, d.lease_until),
    'under its fence, and a lease that never falls'
)
from driver as d;
select unchanged(
    format($$replace_stop_loss(id('SLUSDT'), %s, fence('SLUSDT'))$$, p),
    'replayed pending_sl driven, cancel s1, stop_loss sell 4 at 96 reduce-only s2',
    'the same call again: ' || p
)
from (values ('96'), ('96.00')) as v (p);
select refused($$replace_stop_loss(id('SLUSDT'), 96, fence('SLUSDT') - 1)$$, 'TL003', 'another fence');
call lapse('SLUSDT', '4 seconds');
select unchanged($$replace_stop_loss(id('SLUSDT'), 97)$$, 'existing pending_sl', 'within the grace time');
call lapse('SLUSDT', '5 seconds');
select is(
    line(tradelatch.replace_stop_loss(id('SLUSDT'), 97)),
    'claimed pending_sl driven, cancel e1 s1 s2, stop_loss sell 4 at 97 reduce-only s3',
    'after it: whoever takes it is told the entry that rests'
);
select refused(format($$replace_stop_loss(id('SLUSDT'), 97, %s)$$, d.fence), 'TL003', 'the former driver')
from driver as d;
select is(
    line(tradelatch.activate_position(
        id('SLUSDT'), fence('SLUSDT'), 97, order_of('SLUSDT', 's3'), orders_ended => orders_of('SLUSDT', 's1 s2')
    )),
    'ok active driven',
    'the former driver''s lease is over: what it did not send has ended'
);

-- While the driver before may still send one, its end is not for the next one to say.

call given('HANDUSDT', 'pending_sl');
select is((tradelatch.take_over(id('HANDUSDT'), 'he hangs')).outcome, 'claimed', 'taken over within its lease');
select is(
    line(tradelatch.replace_stop_loss(id('HANDUSDT'), 96, fence('HANDUSDT'))),
    'ok pending_sl driven, cancel s1 s2, stop_loss sell 10 at 96 reduce-only s3',
    's1 is in the hand of the one before, s2 and s3 of its own'
);
select is(
    line(tradelatch.activate_position(
        id('HANDUSDT'), fence('HANDUSDT'), 96, order_of('HANDUSDT', 's3'), orders_ended => orders_of('HANDUSDT', 's1 s2')
    )),
    'ok active driven, cancel s1',
    's1 stays left'
);
select is(
    line(tradelatch.replace_stop_loss(id('HANDUSDT'), 97)),
    'ok pending_sl driven, cancel s1 s3, stop_loss sell 10 at 97 reduce-only s4',
    'active is given at once, whoever cancels s1'
);

-- An attempt: one call, and its retries.

call given('A1USDT', 'active', attempt => '00000000-0000-0000-0000-0000000000a0');
select is(
    line(tradelatch.replace_stop_loss(id('A1USDT'), 96, attempt => '00000000-0000-0000-0000-0000000000a1')),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 96 reduce-only s2',
    'a call'
);
select unchanged(
    format($$replace_stop_loss(id('A1USDT'), %s, attempt => '00000000-0000-0000-0000-0000000000a1', lease => %L)$$, v.price, v.lease),
    'replayed pending_sl driven, cancel s1, stop_loss sell 10 at 96 reduce-only s2',
    'the same call again gets fence and order'
)
from (values ('96', '1 minute'), ('96.0', '1 hour')) as v (price, lease);
select unchanged(
    $$replace_stop_loss(id('A1USDT'), 96, attempt => '00000000-0000-0000-0000-0000000000a2')$$,
    'existing pending_sl',
    'another attempt is another caller'
);
select refused(c.call, 'TL005', 'its attempt for something else: ' || c.call)
from (values
    ($$replace_stop_loss(id('A1USDT'), 97, attempt => '00000000-0000-0000-0000-0000000000a1')$$),
    ($$replace_stop_loss(id('M1USDT'), 96, attempt => '00000000-0000-0000-0000-0000000000a1')$$),
    ($$replace_stop_loss(id('A1USDT'), 96, attempt => '00000000-0000-0000-0000-0000000000a0')$$),
    ($$update_stop_loss(id('M1USDT'), 96, attempt => '00000000-0000-0000-0000-0000000000a1')$$),
    ($$begin_close(id('A1USDT'), 'x', fence('A1USDT'), '00000000-0000-0000-0000-0000000000a1')$$)
) as c (call);
select is(
    line(tradelatch.activate_position(
        id('A1USDT'), fence('A1USDT'), 96, order_of('A1USDT', 's2'), orders_ended => orders_of('A1USDT', 's1')
    )),
    'ok active driven',
    'it stands'
);
select unchanged(
    $$replace_stop_loss(id('A1USDT'), 96, attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'replayed active driven',
    'the same call, later: it is not moved again'
);
select is(
    line(tradelatch.replace_stop_loss(id('A1USDT'), 97, attempt => '00000000-0000-0000-0000-0000000000a3')),
    'ok pending_sl driven, cancel s2, stop_loss sell 10 at 97 reduce-only s3',
    'another one'
);
select unchanged(
    $$replace_stop_loss(id('A1USDT'), 96, attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'replayed pending_sl',
    'the fence that the first one was given is not the current one any more'
);

-- Adopted: * may be the stop-loss that nobody can name.

select is(
    line(tradelatch.adopt_position(
        'binance', 'ADOPTUSDT', 'short', 10, 100, clock_timestamp(), stop_loss_price => 110
    )),
    'created active driven',
    'adopted'
);
select is(
    line(tradelatch.replace_stop_loss(id('ADOPTUSDT'), 108)),
    'ok pending_sl driven, cancel *, stop_loss buy 10 at 108 reduce-only s1',
    'its first stop-loss of ours'
);
select is(
    line(tradelatch.activate_position(id('ADOPTUSDT'), fence('ADOPTUSDT'), 108, order_of('ADOPTUSDT', 's1'))),
    'ok active driven, cancel *',
    'it stands: now the others may be cancelled'
);

-- An order of one's own stays; an exit goes before.

call given('OWNUSDT', 'active');
select is(
    (tradelatch.confirm_orders(id('OWNUSDT'), orders_placed => array['tp-1'])).outcome,
    'ok',
    'a take-profit is told'
);
select is(
    line(tradelatch.replace_stop_loss(id('OWNUSDT'), 96)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 96 reduce-only s2',
    'a take-profit is not in the way'
);
select is(
    line(tradelatch.begin_close(id('OWNUSDT'), 'exit', fence('OWNUSDT'))),
    'ok pending_close driven, cancel tp-1, close sell 10 reduce-only c1',
    'of an exit it is'
);
select refused($$replace_stop_loss(id('OWNUSDT'), 97, fence('OWNUSDT'))$$, 'TL002', 'which moves no stop-loss');

-- Every status.

call given_each();
select cells($$replace_stop_loss(id(%1$L), 96)$$, '{
    "active": "ok pending_sl driven, cancel s1, stop_loss sell 10 at 96 reduce-only s2",
    "pending_sl": "existing pending_sl"
}');
select cells($$replace_stop_loss(id(%1$L), 96, fence(%1$L))$$, '{
    "active": "ok pending_sl driven, cancel s1, stop_loss sell 10 at 96 reduce-only s2",
    "pending_sl": "ok pending_sl driven, cancel s1, stop_loss sell 10 at 96 reduce-only s2"
}');

-- What is refused.

select refused(format('replace_stop_loss(%s, 95)', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);
call given('BADUSDT', 'active');
create table good as
select jsonb_build_object('position_id', id('BADUSDT'), 'stop_loss_price', 95) as arguments;
select refused_values('replace_stop_loss', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('replace_stop_loss', g.arguments, 'stop_loss_price', bad_amounts()) from good as g;
select refused_values('replace_stop_loss', g.arguments, 'lease', bad_intervals() || array['0', '1 month', '3651 days']) from good as g;

-- Who may.

select is(
    (try($$replace_stop_loss(id('BADUSDT'), 0.000000000001, attempt => '00000000-0000-0000-0000-0000000000bb')$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'ok pending_sl driven, cancel s1, stop_loss sell 10 at 0.000000000001 reduce-only s2'),
    ('tradelatch_operator', 'replayed pending_sl driven, cancel s1, stop_loss sell 10 at 0.000000000001 reduce-only s2')
) as r (role, seen);

select explained();
select * from finish();
rollback;
