begin;
\ir setup.psql
select plan(154);

select declared_as_move(
    'update_stop_loss',
    'position_id bigint, stop_loss_price numeric, stop_loss_order_id text = null, orders_ended text[] = ''{}'', attempt uuid = null, '
    'lease interval = ''1 minute'''
);

-- A price: it moved. Anybody may say so; the driver stays, and nobody is given anything.

call given('LONGUSDT', 'active');
call given('SHORTUSDT', 'active', 'short');
call given('HEDGEUSDT', 'active', 'long', 'long', filled => 4);
call given('HEDGEUSDT', 'active', 'short', 'short');
create table before as
select p.id, p.symbol, p.position_side::text, p.fence, p.lease_until
from monitoring.positions as p;

select is(
    line(tradelatch.update_stop_loss(b.id, 101.5)),
    'ok active',
    format('%s %s: it may be on either side of the fill', b.symbol, b.position_side)
)
from before as b;
select is(
    event('LONGUSDT'),
    'update_stop_loss active>active fence {"attempt": null, "stop_loss_price": 101.5, "stop_loss_order_id": null}',
    'the log has it'
);
select is(
    (p.status, p.stop_loss_price::numeric, p.stop_loss_order_id::text, p.fence, p.lease_until),
    ('active'::text, 101.5::numeric, 'stop-' || b.symbol, b.fence, b.lease_until),
    format('%s %s: the price is another one, its order and its driver stay', b.symbol, b.position_side)
)
from before as b
inner join monitoring.positions as p on p.id = b.id;
select is(
    line(tradelatch.update_stop_loss(id('LONGUSDT'), 102, stop_loss_order_id => 'stop-2')),
    'ok active',
    'another order'
);
select is(
    ((book_row('LONGUSDT')).stop_loss_price::numeric, (book_row('LONGUSDT')).stop_loss_order_id::text collate "default"),
    (102::numeric, 'stop-2'::text),
    'price and order are stored'
);
select is(left_of('LONGUSDT'), 'id:stop-2 s1', 'the one before is left until it is named');

-- Again.
select unchanged(
    format('update_stop_loss(id(''LONGUSDT''), %s, stop_loss_order_id => ''stop-2'', lease => %L)', v.price, v.lease),
    'replayed active',
    'the same call again'
)
from (values (102, '1 minute'), (102.00, '1 hour')) as v (price, lease);
select is(
    line(tradelatch.update_stop_loss(
        id('LONGUSDT'), v.price, stop_loss_order_id => v.order_id, attempt => v.attempt::uuid
    )),
    'ok active',
    format('another call: %s %s %s', v.price, v.order_id, v.attempt)
)
from (values
    (102, 'stop-3', null), (101, 'stop-3', null), (101, null, null), (102, null, null), (101, null, null),
    (101, null, '00000000-0000-0000-0000-0000000000a1')
) as v (price, order_id, attempt);
select is(
    events('LONGUSDT'),
    'create_position place_entry confirm_entry activate_position'
    || repeat(' update_stop_loss', 8),
    'each of them is logged'
);
select is((book_row('LONGUSDT')).stop_loss_order_id::text, 'stop-3', 'no id says that the order is the one before');
select is(left_of('LONGUSDT'), 'id:stop-2 id:stop-3 s1', 'all three are left');
select unchanged(
    $$update_stop_loss(id('LONGUSDT'), 101, attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'replayed active',
    'the same attempt'
);
select is(line(tradelatch.update_stop_loss(id('LONGUSDT'), 103)), 'ok active', 'it moves on');
select unchanged(
    $$update_stop_loss(id('LONGUSDT'), 101, attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'replayed active',
    'the same attempt, later: the stop-loss does not go back'
);
select is((book_row('LONGUSDT')).stop_loss_price::numeric, 103::numeric, 'it stands where it was put last');
select refused(
    format(
        $$update_stop_loss(id('LONGUSDT'), %L, stop_loss_order_id => %L, attempt => '00000000-0000-0000-0000-0000000000a1')$$,
        v.price, v.order_id
    ),
    'TL005',
    format('its attempt for something else: %s %s', coalesce(v.price::text, 'gone'), v.order_id)
)
from (values (102, null), (null, null), (101, 'stop-9')) as v (price, order_id);

call given('TWICEUSDT', 'active');
select refused(
    $$update_stop_loss(id('TWICEUSDT'), 101, attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'TL005',
    'its attempt for another position'
);

-- Null: it is gone. The caller drives, and puts the next one.

select is(
    line(tradelatch.update_stop_loss(b.id, null, attempt => md5(b.id::text)::uuid, lease => '10 minutes')),
    'ok pending_sl driven, cancel ' || v.cancels || ', stop_loss ' || v.due || ' reduce-only s2',
    format('%s %s: the next one, for what is open', b.symbol, b.position_side)
)
from before as b
inner join (values
    ('LONGUSDT', 'both', 'sell 10 at 103', 'id:stop-2 id:stop-3 s1'), ('SHORTUSDT', 'both', 'buy 10 at 101.5', 's1'),
    ('HEDGEUSDT', 'long', 'sell 4 at 101.5', 'e1 s1'), ('HEDGEUSDT', 'short', 'buy 10 at 101.5', 's1')
) as v (symbol, position_side, due, cancels) on v.symbol = b.symbol and v.position_side = b.position_side;
select is(
    event('SHORTUSDT'),
    format(
        'update_stop_loss active>pending_sl fence {"attempt": "%s", "stop_loss_price": null, "stop_loss_order_id": null}',
        md5(id('SHORTUSDT')::text)::uuid
    ),
    'the log has it'
);
select cmp_ok(
    (select p.fence from monitoring.positions as p where p.id = b.id),
    '>',
    b.fence,
    format('%s %s: the drive has changed hands', b.symbol, b.position_side)
)
from before as b;
select refused(
    format('renew_lease(%s, %s)', b.id, b.fence), 'TL003', 'the former driver has nothing to say any more'
)
from before as b;
select ok(
    (book_row('LONGUSDT')).lease_until between now() + interval '10 minutes' and clock_timestamp() + interval '10 minutes',
    'the lease is as told'
);
select is((book_row('LONGUSDT')).stop_loss_order_id::text, null, 'no order is known');

-- Again.
create table gone as
select b.id, md5(b.id::text)::uuid as attempt
from before as b
where b.symbol = 'SHORTUSDT';
select unchanged(
    format('update_stop_loss(%s, null, attempt => %L)', g.id, g.attempt),
    'replayed pending_sl driven, cancel s1, stop_loss buy 10 at 101.5 reduce-only s2',
    'the same attempt gets fence and order'
)
from gone as g;
select refused(format('update_stop_loss(%s, %L, attempt => %L)', g.id, v.price, v.attempt), v.code, v.variant)
from gone as g
cross join lateral (values
    (null, md5('another')::uuid, 'TL002', 'another attempt: it is known to be gone'),
    (100, g.attempt, 'TL005', 'its attempt with a price'),
    (100, null, 'TL002', 'a price, when there is none')
) as v (price, attempt, code, variant);
select is(
    line(tradelatch.begin_close(g.id, 'exit', fence => fence('SHORTUSDT'), attempt => md5('exit')::uuid)),
    'ok pending_close driven, close buy 10 reduce-only c1',
    'its driver begins to close'
)
from gone as g;
select unchanged(
    format('update_stop_loss(%s, null, attempt => %L)', g.id, g.attempt),
    'replayed pending_close driven, close buy 10 reduce-only c1',
    'the fence that it was given is still the current one'
)
from gone as g;
call claim('SHORTUSDT');
select unchanged(
    format('update_stop_loss(%s, null, attempt => %L)', g.id, g.attempt),
    'replayed pending_close',
    'after claim_stale it carries nothing'
)
from gone as g;
select is(
    line(tradelatch.confirm_close(g.id, 'exit', orders_of('SHORTUSDT', 's1 s2'), fence => fence('SHORTUSDT'))),
    'ok pending_cancels driven, cancel c1',
    'c1 was given to two: its end is not implied'
)
from gone as g;
select unchanged(
    format('update_stop_loss(%s, null, attempt => %L)', g.id, g.attempt),
    'replayed pending_cancels',
    'the order is null with the fence, what is left to cancel included'
)
from gone as g;
call given('ANYUSDT', 'active');
select is(
    line(tradelatch.update_stop_loss(id('ANYUSDT'), null)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 95 reduce-only s2',
    'without an attempt'
);
select unchanged(
    $$update_stop_loss(id('ANYUSDT'), null)$$,
    'replayed pending_sl',
    'the same call again cannot be told from another caller''s'
);

-- An adopted one, and back to active.
select is(
    line(tradelatch.adopt_position(
        'binance', 'ADOPTUSDT', 'long', 10, 100, clock_timestamp(), stop_loss_price => 90, stop_loss_order_id => 'theirs'
    )),
    'created active driven, cancel *',
    'adopted'
);
select is(
    line(tradelatch.update_stop_loss(id('ADOPTUSDT'), null)),
    'ok pending_sl driven, cancel * id:theirs, stop_loss sell 10 at 90 reduce-only s1',
    'its first stop-loss of ours'
);
select is(
    line(tradelatch.activate_position(
        id('ADOPTUSDT'), fence('ADOPTUSDT'), 91, order_of('ADOPTUSDT', 's1'), orders_ended => array['*', 'id:theirs']
    )),
    'ok active driven',
    'it is in place'
);
select is(
    line(tradelatch.update_stop_loss(id('ADOPTUSDT'), null)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 91 reduce-only s2',
    'and gone again'
);

-- Orders that ended.

call given('ENDUSDT', 'active');
select is(
    line(tradelatch.update_stop_loss(id('ENDUSDT'), 96, 'x-2', orders_ended => orders_of('ENDUSDT', 's1'))),
    'ok active',
    'another order stands, and the one before ended'
);
select is(
    (left_of('ENDUSDT'), (book_row('ENDUSDT')).stop_loss_order collate "default"), ('id:x-2'::text, 'id:x-2'::text), 'the other one alone is left'
);
select is(
    event('ENDUSDT'),
    format(
        'update_stop_loss active>active fence {"attempt": null, "orders_ended": ["%s"], "stop_loss_price": 96, "stop_loss_order_id": "x-2"}',
        order_of('ENDUSDT', 's1')
    ),
    'the log has both'
);
select is(
    line(tradelatch.update_stop_loss(id('ENDUSDT'), 97, orders_ended => array['id:x-2', 'nobody''s'])),
    'ok active',
    'what stands has not ended, and what is not left is ignored'
);
select is(left_of('ENDUSDT'), 'id:x-2', 'it is left');
select is(
    line(tradelatch.update_stop_loss(id('ENDUSDT'), null, orders_ended => array['id:x-2'])),
    'ok pending_sl driven, stop_loss sell 10 at 97 reduce-only s2',
    'gone, and known to have ended: there is nothing to cancel'
);
call given('NAMEUSDT', 'active');
select is(line(tradelatch.update_stop_loss(id('NAMEUSDT'), 96, 'x-2')), 'ok active', 'another order stands');
select is(
    line(tradelatch.update_stop_loss(id('NAMEUSDT'), 95, 'stop-NAMEUSDT')),
    'ok active',
    'and the first one again'
);
select is(
    (left_of('NAMEUSDT'), (book_row('NAMEUSDT')).stop_loss_order collate "default"),
    ('id:x-2 s1'::text, order_of('NAMEUSDT', 's1') collate "default"),
    'by the exchange''s id, which was reported beside ours: it is the same order'
);
select is(
    line(tradelatch.update_stop_loss(id('NAMEUSDT'), 94, orders_ended => array['id:stop-NAMEUSDT'])),
    'ok active',
    'nor does it end by that name while it stands'
);
select is(
    line(tradelatch.update_stop_loss(
        id('NAMEUSDT'), null, orders_ended => array['id:stop-NAMEUSDT'], attempt => '00000000-0000-0000-0000-0000000000d1'
    )),
    'ok pending_sl driven, cancel id:x-2, stop_loss sell 10 at 94 reduce-only s2',
    'but when it is gone'
);
select is(
    line(tradelatch.update_stop_loss(
        id('NAMEUSDT'), null, orders_ended => array['id:x-2'], attempt => '00000000-0000-0000-0000-0000000000d1'
    )),
    'replayed pending_sl driven, stop_loss sell 10 at 94 reduce-only s2',
    'the same call again, with what ended meanwhile'
);
select is(
    event('NAMEUSDT'),
    'confirm_orders pending_sl>pending_sl fence {"orders_ended": ["id:x-2"]}',
    'which the log has as what it is'
);
select is(
    (tradelatch.confirm_orders(id('NAMEUSDT'), orders_placed => array['tp-1'], fence => fence('NAMEUSDT'))).outcome,
    'ok',
    'its driver tells an order of its own'
);
select is(
    line(tradelatch.update_stop_loss(
        id('NAMEUSDT'), null, orders_ended => orders_of('NAMEUSDT', 's2') || text 'tp-1', attempt => '00000000-0000-0000-0000-0000000000d1'
    )),
    'replayed pending_sl driven, stop_loss sell 10 at 94 reduce-only s2',
    'what its driver may still send is not ended without its fence'
);
call given('OWNUSDT', 'active');
select is(
    (tradelatch.confirm_orders(id('OWNUSDT'), orders_placed => array['id:hand'])).outcome,
    'ok',
    'a stop-loss by hand, told as ones own'
);
select is(
    line(tradelatch.update_stop_loss(id('OWNUSDT'), 96, 'hand')),
    'ok active',
    'an order of one''s own is the stop-loss now'
);
select is((book_row('OWNUSDT')).own_orders, null::text[], 'and no longer an order of one''s own');
call given('RESTUSDT', 'active', filled => 4);
select is(
    line(tradelatch.update_stop_loss(id('RESTUSDT'), 96, 'x-2', orders_ended => orders_of('RESTUSDT', 'e1 s1'))),
    'ok active',
    'an entry'
);
select is(left_of('RESTUSDT'), 'e1 id:x-2', 'does not end here: nobody says what it filled');

-- Every status.

call given_each();
select cells($$update_stop_loss(id(%1$L), 96)$$, '{"active": "ok active"}');
select cells(
    $$update_stop_loss(id(%1$L), null)$$,
    '{"active": "ok pending_sl driven, cancel s1, stop_loss sell 10 at 95 reduce-only s2"}'
);

-- What is refused.
call given('BADUSDT', 'active');
select refused(format('update_stop_loss(%s, 95)', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);
select refused(
    $$update_stop_loss(id('BADUSDT'), null, stop_loss_order_id => 'x')$$,
    '22023 stop_loss_order_id',
    'an order of a stop-loss that is gone'
);

create table good as
select jsonb_build_object('position_id', id('BADUSDT'), 'stop_loss_price', 95) as arguments;
select refused_values('update_stop_loss', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('update_stop_loss', g.arguments, 'stop_loss_price', optional(bad_amounts())) from good as g;
select refused_values('update_stop_loss', g.arguments, 'stop_loss_order_id', optional(bad_texts(100))) from good as g;
select refused_values('update_stop_loss', g.arguments, 'orders_ended', bad_orders()) from good as g;
select refused_values('update_stop_loss', g.arguments, 'lease', bad_intervals() || array['0']) from good as g;

-- Who may.
select is(
    (try($$update_stop_loss(id('BADUSDT'), 0.000000000001, repeat('x', 100))$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'), ('tradelatch_bot', 'ok active'), ('tradelatch_operator', 'replayed active')
) as r (role, seen);

select explained();
select * from finish();
rollback;
