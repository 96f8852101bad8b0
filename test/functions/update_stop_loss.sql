begin;
\ir setup.psql
select plan(99);

select declared_as_move(
    'update_stop_loss',
    'position_id bigint, stop_loss_price numeric, stop_loss_order_id text = null, attempt uuid = null, '
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
    (p.status, p.stop_loss_price, p.stop_loss_order_id, p.fence, p.lease_until),
    ('active'::text, 101.5::numeric, 'stop-' || b.symbol, b.fence, b.lease_until),
    format('%s %s: the price is another one, its order and its driver stay', b.symbol, b.position_side)
)
from before as b
inner join tradelatch.positions as p on p.position_id = b.id;
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

-- Again.
select unchanged(
    format('update_stop_loss(id(''LONGUSDT''), %s, stop_loss_order_id => ''stop-2'', lease => %L)', v.price, v.lease),
    'replayed active',
    'the same call again'
)
from (values (102, '1 minute'), (102.00, '1 hour')) as v (price, lease);
select is(
    line(tradelatch.update_stop_loss(id('LONGUSDT'), v.price, stop_loss_order_id => v.order_id, attempt => v.attempt::uuid)),
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
    'ok pending_sl driven, stop_loss ' || v.due || ' reduce-only s2',
    format('%s %s: the next one, for what is open', b.symbol, b.position_side)
)
from before as b
inner join (values
    ('LONGUSDT', 'both', 'sell 10 at 103'), ('SHORTUSDT', 'both', 'buy 10 at 101.5'),
    ('HEDGEUSDT', 'long', 'sell 4 at 101.5'), ('HEDGEUSDT', 'short', 'buy 10 at 101.5')
) as v (symbol, position_side, due) on v.symbol = b.symbol and v.position_side = b.position_side;
select is(
    event('SHORTUSDT'),
    format(
        'update_stop_loss active>pending_sl fence {"attempt": "%s", "stop_loss_price": null, "stop_loss_order_id": null}',
        md5(id('SHORTUSDT')::text)::uuid
    ),
    'the log has it'
);
select cmp_ok(
    (select p.fence from tradelatch.positions as p where p.position_id = b.id),
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
    'replayed pending_sl driven, stop_loss buy 10 at 101.5 reduce-only s2',
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
    line(tradelatch.confirm_close(g.id, 'exit')),
    'ok closed, cancel s2',
    'closed by somebody else: the one that is gone is not canceled'
)
from gone as g;
select unchanged(
    format('update_stop_loss(%s, null, attempt => %L)', g.id, g.attempt),
    'replayed closed',
    'the order is null with the fence, what is left to cancel included'
)
from gone as g;
call given('ANYUSDT', 'active');
select is(
    line(tradelatch.update_stop_loss(id('ANYUSDT'), null)),
    'ok pending_sl driven, stop_loss sell 10 at 95 reduce-only s2',
    'without an attempt'
);
select unchanged(
    $$update_stop_loss(id('ANYUSDT'), null)$$, 'replayed pending_sl', 'the same call again cannot be told from another caller''s'
);

-- An adopted one, and back to active.
select is(
    line(tradelatch.adopt_position(
        'binance', 'ADOPTUSDT', 'long', 10, 100, stop_loss_price => 90, stop_loss_order_id => 'theirs'
    )),
    'created active driven',
    'adopted'
);
select is(
    line(tradelatch.update_stop_loss(id('ADOPTUSDT'), null)),
    'ok pending_sl driven, stop_loss sell 10 at 90 reduce-only s1',
    'its first stop-loss of ours'
);
select is(
    line(tradelatch.activate_position(id('ADOPTUSDT'), fence('ADOPTUSDT'), 91)), 'ok active driven', 'it is in place'
);
select is(
    line(tradelatch.update_stop_loss(id('ADOPTUSDT'), null)),
    'ok pending_sl driven, stop_loss sell 10 at 91 reduce-only s2',
    'and gone again'
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
