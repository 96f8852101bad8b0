begin;
\ir setup.psql
select plan(145);

select declared_as_move(
    'activate_position',
    'position_id bigint, fence bigint, stop_loss_price numeric, client_order_id text, stop_loss_order_id text = null, '
    'orders_ended text[] = ''{}'', details jsonb = ''{}'''
);

-- Each status: the one that is called for makes it active; elsewhere it is left. Nothing was handed out before the fill.
call given_each();
select cells(
    $$activate_position(id(%1$L), fence(%1$L), 96, order_of(%1$L, 's1'))$$,
    '{
        "pending_entry": "TL005",
        "entry_placed": "TL005",
        "pending_sl": "ok active driven",
        "active": "ok active driven",
        "pending_close": "ok pending_close driven, close sell 10 reduce-only c1",
        "pending_rollback": "ok pending_rollback driven, cancel s1, close sell 10 reduce-only c1",
        "pending_cancels": "ok pending_cancels driven, cancel s1",
        "pending_cancels_back": "ok pending_cancels driven, cancel s1"
    }'
);
-- One without an id of ours is for a pending_sl alone.
select cells(
    $$activate_position(id(%1$L), fence(%1$L), 96, null, 'by hand', orders_ended => array[order_of(%1$L, 's1')])$$,
    '{"pending_sl": "ok active driven"}'
);

call given('LONGUSDT', 'pending_sl');
call given('SHORTUSDT', 'pending_sl', 'short');
call given('HEDGEUSDT', 'pending_sl', 'long', 'long', filled => 4);
call given('HEDGEUSDT', 'pending_sl', 'short', 'short', filled => 4);

select is(
    line(tradelatch.activate_position(
        id(s.symbol, s.position_side),
        fence(s.symbol, s.position_side),
        s.price,
        order_of(s.symbol, 's1', s.position_side),
        stop_loss_order_id => 'stop-1',
        details => s.details
    )),
    'ok active driven',
    format('%s %s, wholly filled or in part: nothing is due', s.symbol, s.position_side)
)
from (values
    ('LONGUSDT', 'both', 99.99, jsonb '{}'),
    ('SHORTUSDT', 'both', 100.01, '{"tries": 2, "stop_loss_price": 1}'),
    ('HEDGEUSDT', 'long', 1, '{}'),
    ('HEDGEUSDT', 'short', 1000, '{}')
) as s (symbol, position_side, price, details);
select is(
    event('LONGUSDT'),
    format(
        'activate_position pending_sl>active fence '
        '{"client_order_id": "%s", "stop_loss_price": 99.99, "stop_loss_order_id": "stop-1"}',
        order_of('LONGUSDT', 's1')
    ),
    'the log has the stop-loss'
);
select is(
    event('SHORTUSDT'),
    format(
        'activate_position pending_sl>active fence '
        '{"tries": 2, "client_order_id": "%s", "stop_loss_price": 100.01, "stop_loss_order_id": "stop-1"}',
        order_of('SHORTUSDT', 's1')
    ),
    'the log has the details beside what was told, and never instead of it'
);
select results_eq(
    $$
        select
            p.status, p.stop_loss_price, p.stop_loss_order collate "default", p.open_quantity, p.activated_at between now() and clock_timestamp(),
            p.orders_left collate "default"
        from tradelatch.positions as p
        where p.position_id in (id('LONGUSDT'), id('HEDGEUSDT', 'long'))
        order by p.symbol desc
    $$,
    $$
        values
            ('active', 99.99, order_of('LONGUSDT', 's1'), 10::numeric, true, array[order_of('LONGUSDT', 's1')]),
            (
                'active', 1::numeric, order_of('HEDGEUSDT', 's1', 'long'), 4::numeric, true,
                array[order_of('HEDGEUSDT', 'e1', 'long'), order_of('HEDGEUSDT', 's1', 'long')]
            )
    $$,
    'the book has it, too, and what is left: the stop-loss, and an entry that may still fill'
);

-- Again.
select unchanged(
    format('activate_position(id(''LONGUSDT''), fence(''LONGUSDT''), %s, order_of(''LONGUSDT'', ''s1''), ''stop-1'')', v.price),
    'replayed active driven',
    'the same call again'
)
from (values (99.99), (99.990)) as v (price);
select is(
    line(tradelatch.activate_position(id('LONGUSDT'), fence('LONGUSDT'), v.price, order_of('LONGUSDT', 's1'), v.order_id)),
    'ok active driven',
    format('another call: %s %s', v.price, v.order_id)
)
from (values (99.98, 'stop-1'), (99.99, 'stop-2'), (99.99, null)) as v (price, order_id);
select is(
    ((book_row('LONGUSDT')).stop_loss_price::numeric, (book_row('LONGUSDT')).stop_loss_order_id::text collate "default"),
    (99.99, 'stop-1'::text),
    'it stands already: what was told first stays'
);
call given('BAREUSDT', 'pending_sl');
select is(
    line(tradelatch.activate_position(id('BAREUSDT'), fence('BAREUSDT'), 95, order_of('BAREUSDT', 's1'))),
    'ok active driven',
    'without the exchange''s id of the stop-loss'
);
select unchanged(
    $$activate_position(id('BAREUSDT'), fence('BAREUSDT'), 95, order_of('BAREUSDT', 's1'))$$,
    'replayed active driven',
    'the same call again'
);
select is(
    line(tradelatch.confirm_orders(id('BAREUSDT'), orders_placed => array[order_of('BAREUSDT', 's1'), 'tp-1', 'tp-2'])),
    'ok active',
    'orders of one''s own'
);
call hands_end('BAREUSDT');
select is(
    line(tradelatch.activate_position(
        id('BAREUSDT'), fence('BAREUSDT'), 95, order_of('BAREUSDT', 's1'), orders_ended => array['tp-1', 'who']
    )),
    'replayed active driven',
    'the same call again, with an order that ended: that is no other move'
);
select is(
    event('BAREUSDT'),
    'confirm_orders active>active fence {"orders_ended": ["tp-1", "who"]}',
    'but it ended: the log has what was said'
);
select is(left_of('BAREUSDT'), 's1 tp-2', 'and it is not left');
select unchanged(
    $$activate_position(id('BAREUSDT'), fence('BAREUSDT'), 95, order_of('BAREUSDT', 's1'), orders_ended => array['tp-1'])$$,
    'replayed active driven',
    'once more: what is not left is ignored'
);
select is(line(tradelatch.update_stop_loss(id('BAREUSDT'), 96)), 'ok active', 'the stop-loss moves');
select is(
    line(tradelatch.activate_position(id('BAREUSDT'), fence('BAREUSDT'), 95, order_of('BAREUSDT', 's1'))),
    'ok active driven',
    'then it is not the latest move any more'
);
select is((book_row('BAREUSDT')).stop_loss_price::numeric, 96::numeric, 'and the price is the one that the exchange moved it to');

-- The first one of a created position needs a stop-loss on the losing side of the fill.

call given('KNOWNUSDT', 'entry_placed');
select is(
    line(tradelatch.confirm_entry(id('KNOWNUSDT'), fence('KNOWNUSDT'), 10, 120)),
    'ok pending_sl driven, stop_loss sell 10 reduce-only s1',
    'asked for 100, filled at 120'
);
call given('ASKEDUSDT', 'entry_placed');
select is(
    line(tradelatch.confirm_entry(id('ASKEDUSDT'), fence('ASKEDUSDT'), 10)),
    'ok pending_sl driven, stop_loss sell 10 reduce-only s1',
    'asked for 100, filled at an average that is not known'
);
call given('SOLDUSDT', 'pending_sl', 'short');
select refused(
    format('activate_position(id(%L), fence(%L), %s, order_of(%L, ''s1''))', v.symbol, v.symbol, v.price, v.symbol),
    '22023 stop_loss_price',
    format('%s, a fill at %s: not %s', v.symbol, v.fill, v.price)
)
from (values
    ('KNOWNUSDT', 120, 120), ('KNOWNUSDT', 120, 120.01), ('KNOWNUSDT', 120, 1e29),
    ('ASKEDUSDT', 100, 100), ('ASKEDUSDT', 100, 101),
    ('SOLDUSDT', 100, 100.00), ('SOLDUSDT', 100, 99.99), ('SOLDUSDT', 100, 1e-9)
) as v (symbol, fill, price);
select refused(
    $$activate_position(id('SOLDUSDT'), fence('SOLDUSDT'), 99, null, 'by hand', array[order_of('SOLDUSDT', 's1')])$$,
    '22023 stop_loss_price',
    'nor one without an id of ours'
);
select is(
    line(tradelatch.activate_position(id(v.symbol), fence(v.symbol), v.price, order_of(v.symbol, 's1'))),
    'ok active driven',
    format('%s: %s', v.symbol, v.price)
)
from (values ('KNOWNUSDT', 119.99), ('ASKEDUSDT', 99.99), ('SOLDUSDT', 100.01)) as v (symbol, price);

-- Later ones follow the price into the profit.
create table first_active as
select (book_row('LONGUSDT')).activated_at;
select is(
    line(tradelatch.update_stop_loss(id('LONGUSDT'), null, orders_ended => orders_of('LONGUSDT', 's1'))),
    'ok pending_sl driven, stop_loss sell 10 at 99.99 reduce-only s2',
    'the stop-loss is gone'
);
select is(
    line(tradelatch.activate_position(id('LONGUSDT'), fence('LONGUSDT'), 130, order_of('LONGUSDT', 's2'))),
    'ok active driven',
    'a long position with a stop-loss above its fill'
);
select is((book_row('LONGUSDT')).activated_at, f.activated_at, 'activated_at is when it was active first') from first_active as f;
select is(
    line(tradelatch.confirm_entry(id('SOLDUSDT'), fence('SOLDUSDT'), 11, 100)),
    'ok pending_sl driven, cancel s1, stop_loss buy 11 at 100.01 reduce-only s2',
    'the fill grew'
);
select is(
    line(tradelatch.activate_position(id('SOLDUSDT'), fence('SOLDUSDT'), 90, order_of('SOLDUSDT', 's2'))),
    'ok active driven, cancel s1',
    'a short position with a stop-loss below its fill: the one before may be cancelled now'
);
select is(
    line(tradelatch.adopt_position('binance', 'ADOPTUSDT', 'long', 10, 100, clock_timestamp())),
    'created pending_sl driven, cancel *, stop_loss sell 10 reduce-only s1',
    'adopted'
);
select is(
    line(tradelatch.activate_position(id('ADOPTUSDT'), fence('ADOPTUSDT'), 130, order_of('ADOPTUSDT', 's1'))),
    'ok active driven, cancel *',
    'an adopted position, too'
);
call given('PERSONUSDT', 'pending_sl');
select is(
    line(tradelatch.take_over(id('PERSONUSDT'), 'mine')),
    'claimed pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    'taken over'
);
select is(
    line(tradelatch.activate_position(id('PERSONUSDT'), fence('PERSONUSDT'), 101, order_of('PERSONUSDT', 's2'))),
    'ok active driven, cancel s1',
    'where it stands is a person''s decision then'
);

-- What is refused.

call given('BADUSDT', 'pending_sl');
select refused(
    $$activate_position(id('BADUSDT'), fence('BADUSDT') + 1, 95, order_of('BADUSDT', 's1'))$$, 'TL003', 'another fence'
);
select refused(
    $$activate_position(id('BAREUSDT'), fence('BADUSDT'), 95, order_of('BAREUSDT', 's1'))$$, 'TL003', 'the fence of another position'
);
select refused(format('activate_position(%s, 1, 95, ''s1'')', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);
select refused(
    format($$activate_position(id('BADUSDT'), fence('BADUSDT'), 95, %s)$$, v.client_order_id),
    'TL005',
    'no stop-loss that it handed out: ' || v.client_order_id
)
from (values
    ($$order_of('BADUSDT', 's2')$$), ($$order_of('BADUSDT', 's0')$$), ($$order_of('BADUSDT', 's01')$$),
    ($$order_of('BADUSDT', 's-1')$$), ($$order_of('BADUSDT', 'e1')$$), ($$order_of('BADUSDT', 'c1')$$),
    ($$order_of('BADUSDT', 's99999999999999999999')$$), ($$order_of('BAREUSDT', 's1')$$), ($$'s1'$$), ($$repeat('x', 100)$$)
) as v (client_order_id);

create table good as
select jsonb_build_object(
    'position_id', id('BADUSDT'), 'fence', fence('BADUSDT'), 'stop_loss_price', 95, 'client_order_id', order_of('BADUSDT', 's1')
) as arguments;
select refused_values('activate_position', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('activate_position', g.arguments, 'fence', array[null]) from good as g;
select refused_values('activate_position', g.arguments, 'stop_loss_price', bad_amounts()) from good as g;
select refused_values('activate_position', g.arguments, 'client_order_id', optional(bad_texts(100))) from good as g;
select refused_values('activate_position', g.arguments, 'stop_loss_order_id', optional(bad_texts(100))) from good as g;
select refused_values('activate_position', g.arguments, 'orders_ended', bad_orders()) from good as g;
select refused_values('activate_position', g.arguments, 'details', bad_details()) from good as g;

-- Who may.

select is(
    (try(
        $$activate_position(id('BADUSDT'), fence('BADUSDT'), 0.000000000001, order_of('BADUSDT', 's1'), repeat('x', 100))$$, role => r.role
    )).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'ok active driven'),
    ('tradelatch_operator', 'replayed active driven')
) as r (role, seen);

select explained();
select * from finish();
rollback;
