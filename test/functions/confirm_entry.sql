begin;
\ir setup.psql
select plan(150);

select declared_as_move(
    'confirm_entry',
    'position_id bigint, fence bigint, filled_quantity numeric, average_price numeric = null, exchange_order_id text = null, '
    'orders_ended text[] = ''{}'', details jsonb = ''{}'''
);

-- Each status.
call given_each();
select cells(
    $$confirm_entry(id(%1$L), fence(%1$L), 11, 100)$$,
    '{
        "pending_entry": "ok pending_sl driven, stop_loss sell 11 reduce-only s1",
        "entry_placed": "ok pending_sl driven, stop_loss sell 11 reduce-only s1",
        "pending_sl": "ok pending_sl driven, cancel s1, stop_loss sell 11 reduce-only s2",
        "active": "ok pending_sl driven, cancel s1, stop_loss sell 11 at 95 reduce-only s2",
        "pending_close": "ok pending_close driven, cancel c1, close sell 11 reduce-only c2",
        "pending_rollback": "ok pending_rollback driven, cancel c1 s1, close sell 11 reduce-only c2",
        "pending_cancels": "ok pending_close driven, close sell 1 reduce-only c2",
        "pending_cancels_back": "ok pending_rollback driven, cancel s1, close sell 1 reduce-only c2"
    }'
);

-- Filled at once: a stop-loss for all of it.

create table filled as
select *
from (values
    ('W1USDT', 'pending_entry', 'long', 'both', null, 'stop_loss sell 10 reduce-only s1'),
    ('W2USDT', 'entry_placed', 'short', 'both', null, 'stop_loss buy 10 reduce-only s1'),
    ('W3USDT', 'entry_placed', 'long', 'both', 2, 'stop_loss sell 10 at 99.96 reduce-only s1'),
    ('W4USDT', 'pending_entry', 'short', 'both', 2, 'stop_loss buy 10 at 104.04 reduce-only s1'),
    ('W5USDT', 'entry_placed', 'long', 'long', 0.5, 'stop_loss sell 10 at 101.49 reduce-only s1'),
    ('W5USDT', 'entry_placed', 'short', 'short', 0.5, 'stop_loss buy 10 at 102.51 reduce-only s1')
) as f (symbol, status, side, position_side, stop_loss_percent, due);
do $$
declare
    v_filled filled;
begin
    for v_filled in select * from filled loop
        call given(
            v_filled.symbol,
            v_filled.status,
            v_filled.side,
            v_filled.position_side,
            stop_loss_percent => v_filled.stop_loss_percent
        );
    end loop;
end
$$;
select is(
    line(tradelatch.confirm_entry(id(f.symbol, f.position_side), fence(f.symbol, f.position_side), 10, average_price => 102)),
    'ok pending_sl driven, ' || f.due,
    format('%s %s %s, stop-loss at %s percent of the average', f.status, f.position_side, f.side, f.stop_loss_percent)
)
from filled as f;
select is(
    event(f.symbol, f.position_side),
    format(
        'confirm_entry %s>pending_sl fence {"average_price": 102, "filled_quantity": 10, "exchange_order_id": null}', f.status
    ),
    format('the log has it: %s %s', f.status, f.position_side)
)
from filled as f;
select results_eq(
    $$
        select
            p.quantity, p.entry_price, p.filled_quantity, p.open_quantity, p.average_price, p.exchange_order_id,
            p.stop_loss_price
        from tradelatch.positions as p
        where p.position_id = id('W1USDT')
    $$,
    $$values (10::numeric, 100::numeric, 10::numeric, 10::numeric, 102::numeric, null::text, null::numeric)$$,
    'what was asked for stays, the fill stands beside it'
);
select ok(
    (book_row('W1USDT')).opened_at between now() and clock_timestamp(),
    'it is open since its first fill'
);

call given('PRICEUSDT', 'entry_placed', stop_loss_percent => 2);
select is(
    line(tradelatch.confirm_entry(id('PRICEUSDT'), fence('PRICEUSDT'), 10)),
    'ok pending_sl driven, stop_loss sell 10 at 98 reduce-only s1',
    'without an average the stop-loss is reckoned from the price that was asked for'
);
call given('NOTEUSDT', 'pending_entry');
select is(
    line(tradelatch.place_entry(id('NOTEUSDT'), fence('NOTEUSDT'), 'note', details => '{"filled_quantity": 2}')),
    'ok entry_placed driven',
    'details that look like a fill'
);
select is(
    line(tradelatch.confirm_entry(id('NOTEUSDT'), fence('NOTEUSDT'), 3)),
    'ok pending_sl driven, stop_loss sell 3 reduce-only s1',
    'a fill'
);
select refused(
    $$confirm_entry(id('NOTEUSDT'), fence('NOTEUSDT'), 2)$$,
    '22023 filled_quantity',
    'details of another call are no fill that was logged'
);
call given('IDUSDT', 'pending_entry');
select is(
    line(tradelatch.confirm_entry(
        id('IDUSDT'), fence('IDUSDT'), 4, 100, exchange_order_id => 'faster', details => '{"stream": 7, "filled_quantity": 1}'
    )),
    'ok pending_sl driven, stop_loss sell 4 reduce-only s1',
    'the fill brings the order''s id'
);
select is((book_row('IDUSDT')).exchange_order_id::text, 'faster', 'it is stored');
select is(
    event('IDUSDT'),
    'confirm_entry pending_entry>pending_sl fence '
    '{"stream": 7, "average_price": 100, "filled_quantity": 4, "exchange_order_id": "faster"}',
    'the log has the details beside what was told, and never instead of it'
);
select is(
    line(tradelatch.confirm_entry(id('IDUSDT'), fence('IDUSDT'), 5, 100, exchange_order_id => 'faster')),
    'ok pending_sl driven, cancel s1, stop_loss sell 5 reduce-only s2',
    'the id that is known'
);
select is(
    line(tradelatch.confirm_entry(id('IDUSDT'), fence('IDUSDT'), 6, 100)),
    'ok pending_sl driven, cancel s1 s2, stop_loss sell 6 reduce-only s3',
    'no id'
);
select is((book_row('IDUSDT')).exchange_order_id::text, 'faster', 'it stays');
select refused(
    $$confirm_entry(id('IDUSDT'), fence('IDUSDT'), 7, 100, exchange_order_id => 'other')$$, 'TL005', 'the entry is another order'
);

-- In parts, again and again, and out of order.

call given('PARTUSDT', 'entry_placed', 'short');
select is(
    line(tradelatch.confirm_entry(id('PARTUSDT'), fence('PARTUSDT'), 4, 100)),
    'ok pending_sl driven, stop_loss buy 4 reduce-only s1',
    'a part'
);
create table opened as
select (book_row('PARTUSDT')).opened_at;
select is(
    line(tradelatch.confirm_entry(id('PARTUSDT'), fence('PARTUSDT'), 10, 101)),
    'ok pending_sl driven, cancel s1, stop_loss buy 10 reduce-only s2',
    'it grew: a stop-loss for the whole, instead of the one before'
);
select is(
    event('PARTUSDT'),
    'confirm_entry pending_sl>pending_sl fence {"average_price": 101, "filled_quantity": 10, "exchange_order_id": null}',
    'the log has each growth'
);
select is((book_row('PARTUSDT')).opened_at, o.opened_at, 'opened_at stays') from opened as o;
select unchanged(
    format('confirm_entry(id(''PARTUSDT''), fence(''PARTUSDT''), %s, average_price => %L)', v.filled, v.average),
    'replayed pending_sl driven, cancel s1, stop_loss buy 10 reduce-only s2',
    format('delivered again: %s at %s', v.filled, coalesce(v.average::text, 'no average'))
)
from (values (10, 101), (10.00, 101.0), (10, null), (10, 99), (4, 100), (4, null), (4.0, 98)) as v (filled, average);
select refused(
    format('confirm_entry(id(''PARTUSDT''), fence(''PARTUSDT''), %s)', v.filled),
    '22023 filled_quantity',
    format('smaller, and never logged: %s', v.filled)
)
from (values (3.9), (4.1), (7), (9.99999999)) as v (filled);
select is(
    line(tradelatch.activate_position(id('PARTUSDT'), fence('PARTUSDT'), 106, order_of('PARTUSDT', 's2'))),
    'ok active driven, cancel s1',
    'activated'
);
select unchanged(
    format('confirm_entry(id(''PARTUSDT''), fence(''PARTUSDT''), %s)', v.filled),
    'replayed active driven, cancel s1',
    format('delivered again when it is active: %s', v.filled)
)
from (values (4), (10)) as v (filled);
select is(
    line(tradelatch.confirm_entry(id('PARTUSDT'), fence('PARTUSDT'), 12.5, 101.5)),
    'ok pending_sl driven, cancel s1 s2, stop_loss buy 12.5 at 106 reduce-only s3',
    'more than was asked for is a fact: from active to pending_sl, at the price that the stop-loss had'
);
select is(
    event('PARTUSDT'),
    'confirm_entry active>pending_sl fence {"average_price": 101.5, "filled_quantity": 12.5, "exchange_order_id": null}',
    'the log says so'
);
select is(
    (p.quantity, p.filled_quantity, p.open_quantity), (10::numeric, 12.5, 12.5), 'what was asked for stays'
)
from tradelatch.positions as p
where p.position_id = id('PARTUSDT');
select is(
    line(tradelatch.confirm_close(
        id('PARTUSDT'), 'test', array[order_of('PARTUSDT', 's1'), order_of('PARTUSDT', 's2'), order_of('PARTUSDT', 's3')],
        fence => fence('PARTUSDT')
    )),
    'ok closed driven',
    'closed'
);
select unchanged(
    format('confirm_entry(id(''PARTUSDT''), fence(''PARTUSDT''), %s)', v.filled),
    'replayed closed driven',
    format('delivered again when it is over: %s', v.filled)
)
from (values (4), (10), (12.5)) as v (filled);
select refused(
    $$confirm_entry(id('PARTUSDT'), fence('PARTUSDT'), 13)$$, 'TL002', 'but what is over does not grow'
);

-- The average becomes known later.

create table unknown_average as
select *
from (values
    ('U1USDT', 'pending_sl', 'ok pending_sl driven, stop_loss sell 10 at 107.8 reduce-only s1'),
    ('U2USDT', 'active', 'ok active driven'),
    ('U3USDT', 'pending_close', 'ok pending_close driven, close sell 10 reduce-only c1'),
    ('U4USDT', 'pending_rollback', 'ok pending_rollback driven, cancel s1, close sell 10 reduce-only c1')
) as u (symbol, status, line);
do $$
declare
    v_unknown unknown_average;
begin
    for v_unknown in select * from unknown_average loop
        call given(v_unknown.symbol, 'entry_placed', stop_loss_percent => 2);
        perform tradelatch.confirm_entry(id(v_unknown.symbol), fence(v_unknown.symbol), 10);
        if v_unknown.status = 'pending_rollback' then
            perform tradelatch.rollback_position(id(v_unknown.symbol), fence(v_unknown.symbol), 'test');
        elsif v_unknown.status <> 'pending_sl' then
            perform tradelatch.activate_position(
                id(v_unknown.symbol), fence(v_unknown.symbol), 98, order_of(v_unknown.symbol, 's1')
            );
            if v_unknown.status = 'pending_close' then
                perform tradelatch.begin_close(id(v_unknown.symbol), 'test', fence(v_unknown.symbol));
            end if;
        end if;
    end loop;
end
$$;
select unchanged(
    format('confirm_entry(id(%L), fence(%L), 10)', u.symbol, u.symbol),
    replace(replace(u.line, 'ok', 'replayed'), '107.8', '98'),
    u.status || ': still not known'
)
from unknown_average as u;
select is(
    line(tradelatch.confirm_entry(id(u.symbol), fence(u.symbol), 10, 110)),
    u.line,
    u.status || ' stays, and so does the order'
)
from unknown_average as u;
select is(
    ((book_row(u.symbol)).average_price::numeric, event(u.symbol)),
    (
        110::numeric,
        format(
            'confirm_entry %s>%s fence {"average_price": 110, "filled_quantity": 10, "exchange_order_id": null}',
            u.status, u.status
        )
    ),
    u.status || ': it is stored and logged'
)
from unknown_average as u;
select unchanged(
    format('confirm_entry(id(%L), fence(%L), 10, %s)', u.symbol, u.symbol, v.average),
    replace(u.line, 'ok', 'replayed'),
    format('%s: known now, and told again: %s', u.status, v.average)
)
from unknown_average as u
cross join (values (110), (111)) as v (average);

-- Adopted: what was found is its fill.

select is(
    line(tradelatch.adopt_position(
        'binance', 'FOUNDUSDT', 'long', 10, 100, clock_timestamp(), stop_loss_price => 90, stop_loss_order_id => 'theirs'
    )),
    'created active driven, cancel *',
    'adopted with its stop-loss'
);
select unchanged(
    $$confirm_entry(id('FOUNDUSDT'), fence('FOUNDUSDT'), 10, 100)$$, 'replayed active driven, cancel *', 'the fill that it was found with'
);
select refused(
    $$confirm_entry(id('FOUNDUSDT'), fence('FOUNDUSDT'), 9, 100)$$, '22023 filled_quantity', 'smaller than it was found'
);
select is(
    line(tradelatch.confirm_entry(id('FOUNDUSDT'), fence('FOUNDUSDT'), 11, 100)),
    'ok pending_sl driven, cancel * id:theirs, stop_loss sell 11 at 90 reduce-only s1',
    'it grew: the stop-loss that it was found with is replaced'
);

-- What is refused.

call given('TWINUSDT', 'pending_sl', 'long', 'long');
call given('TWINUSDT', 'pending_entry', 'short', 'short');
select refused(
    $$confirm_entry(id('TWINUSDT', 'short'), fence('TWINUSDT', 'short'), 10, 100, exchange_order_id => 'entry-TWINUSDT-long')$$,
    'TL005',
    'the order of the long position beside it'
);
select refused(
    $$confirm_entry(id('TWINUSDT', 'long'), fence('TWINUSDT', 'short'), 10, 100)$$,
    'TL003',
    'the fence of another position, in a replay'
);
select refused(
    $$confirm_entry(id('TWINUSDT', 'long'), fence('TWINUSDT', 'long') - 1, 11, 100)$$, 'TL003', 'another fence'
);
select refused(format('confirm_entry(%s, 1, 10)', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);

create table good as
select jsonb_build_object(
    'position_id', id('TWINUSDT', 'long'), 'fence', fence('TWINUSDT', 'long'), 'filled_quantity', 11, 'average_price', 100
) as arguments;
select refused_values('confirm_entry', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('confirm_entry', g.arguments, 'fence', array[null]) from good as g;
select refused_values('confirm_entry', g.arguments, 'filled_quantity', bad_amounts()) from good as g;
select refused_values('confirm_entry', g.arguments, 'average_price', optional(bad_amounts())) from good as g;
select refused_values('confirm_entry', g.arguments, 'exchange_order_id', optional(bad_texts(100))) from good as g;
select refused_values('confirm_entry', g.arguments, 'orders_ended', bad_orders()) from good as g;
select refused_values('confirm_entry', g.arguments, 'details', bad_details()) from good as g;

-- Who may.

select is(
    (try(
        $$confirm_entry(
            id('TWINUSDT', 'short'), fence('TWINUSDT', 'short'), 999999999999999999999999999999, 0.000000000001, repeat('x', 100)
        )$$,
        role => r.role
    )).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'ok pending_sl driven, stop_loss buy 999999999999999999999999999999 reduce-only s1'),
    ('tradelatch_operator', 'replayed pending_sl driven, stop_loss buy 999999999999999999999999999999 reduce-only s1')
) as r (role, seen);

select explained();
select * from finish();
rollback;
