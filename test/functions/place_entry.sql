begin;
\ir setup.psql
select plan(96);

select declared_as_move('place_entry', 'position_id bigint, fence bigint, exchange_order_id text, details jsonb = ''{}''');

call given('LONGUSDT', 'pending_entry');
call given('SHORTUSDT', 'pending_entry', 'short');
call given('HEDGEUSDT', 'pending_entry', 'long', 'long');
call given('HEDGEUSDT', 'pending_entry', 'short', 'short');

select is(
    line(tradelatch.place_entry(id(s.symbol, s.position_side), fence(s.symbol, s.position_side), s.order_id)),
    'ok entry_placed driven',
    format('%s %s: nothing is due until it fills', s.symbol, s.position_side)
)
from (values
    ('LONGUSDT', 'both', 'order-1'),
    ('SHORTUSDT', 'both', 'order-2'),
    ('HEDGEUSDT', 'long', 'order-3'),
    ('HEDGEUSDT', 'short', 'order-4')
) as s (symbol, position_side, order_id);
select is((book_row('LONGUSDT')).exchange_order_id::text, 'order-1', 'the order''s id is stored');
select is(
    event('LONGUSDT'),
    'place_entry pending_entry>entry_placed fence {"exchange_order_id": "order-1"}',
    'the log has it'
);
call given('NOTEUSDT', 'pending_entry');
select is(
    line(tradelatch.place_entry(
        id('NOTEUSDT'), fence('NOTEUSDT'), 'order-5', details => '{"latency": 0.3, "exchange_order_id": "x"}'
    )),
    'ok entry_placed driven',
    'with details'
);
select is(
    event('NOTEUSDT'),
    'place_entry pending_entry>entry_placed fence {"latency": 0.3, "exchange_order_id": "order-5"}',
    'the log has them beside what was told, and never instead of it'
);

-- Again.
select unchanged(
    $$place_entry(id('LONGUSDT'), fence('LONGUSDT'), 'order-1')$$, 'replayed entry_placed driven', 'the same call again'
);
select refused(
    $$place_entry(id('LONGUSDT'), fence('LONGUSDT'), 'order-9')$$, 'TL005', 'the entry is another order'
);
select refused(
    $$place_entry(id('NOTEUSDT'), fence('NOTEUSDT'), 'Order-5')$$, 'TL005', 'ids differ by case'
);

-- The fill was faster than the answer: the status stays, the id is stored.
create table faster as
select *
from (values
    ('F1USDT', 'pending_sl', 'ok pending_sl driven, stop_loss sell 10 reduce-only s1'),
    ('F2USDT', 'active', 'ok active driven'),
    ('F3USDT', 'pending_close', 'ok pending_close driven, close sell 10 reduce-only c1'),
    ('F4USDT', 'pending_rollback', 'ok pending_rollback driven, cancel s1, close sell 10 reduce-only c1')
) as f (symbol, status, line);
do $$
declare
    v_faster faster;
begin
    for v_faster in select * from faster loop
        call given(v_faster.symbol, v_faster.status, placed => false);
    end loop;
end
$$;
select is(
    line(tradelatch.place_entry(id(f.symbol), fence(f.symbol), 'late-' || f.symbol)),
    f.line,
    f.status || ' stays, and so does what is due'
)
from faster as f;
select is(
    event(f.symbol),
    format('place_entry %s>%s fence {"exchange_order_id": "late-%s"}', f.status, f.status, f.symbol),
    f.status || ' is logged'
)
from faster as f;
select is(
    ((book_row(f.symbol)).exchange_order_id::text collate "default", (book_row(f.symbol)).filled_quantity::numeric),
    ('late-' || f.symbol, 10::numeric),
    f.status || ' has the id'
)
from faster as f;
select unchanged(
    format('place_entry(id(%L), fence(%L), %L)', f.symbol, f.symbol, 'late-' || f.symbol),
    replace(f.line, 'ok', 'replayed'),
    f.status || ': the same call again'
)
from faster as f;

-- An order is one position's entry.
select refused(
    $$place_entry(id('F1USDT'), fence('F1USDT'), 'order-1')$$, 'TL005', 'of another position, and its own is known'
);
call given('TWINUSDT', 'entry_placed', 'long', 'long');
call given('TWINUSDT', 'pending_entry', 'short', 'short');
select refused(
    $$place_entry(id('TWINUSDT', 'short'), fence('TWINUSDT', 'short'), 'entry-TWINUSDT-long')$$,
    'TL005',
    'the order of the long position beside it'
);
select is(
    (
        try($$place_entry(id('TWINUSDT', 'short'), fence('TWINUSDT', 'short'), 'entry-TWINUSDT-long')$$)
    ).detail::jsonb ->> 'position_id',
    id('TWINUSDT', 'long')::text,
    'DETAIL names whose order it is'
);
call given('OTHERUSDT', 'pending_entry');
select is(
    line(tradelatch.place_entry(id('OTHERUSDT'), fence('OTHERUSDT'), 'entry-TWINUSDT-long')),
    'ok entry_placed driven',
    'ids are compared within the slot'
);

-- An adopted position may be told its entry order, too.
select is(
    (tradelatch.adopt_position('binance', 'ADOPTUSDT', 'long', 10, 100, clock_timestamp())).status,
    'pending_sl',
    'an adopted position'
);
select is(
    line(tradelatch.place_entry(id('ADOPTUSDT'), fence('ADOPTUSDT'), 'found')),
    'ok pending_sl driven, cancel *, stop_loss sell 10 reduce-only s1',
    'its status stays'
);
select is(
    line(tradelatch.rollback_position(id('ADOPTUSDT'), fence('ADOPTUSDT'), 'test')),
    'ok pending_rollback driven, cancel * s1, close sell 10 reduce-only c1',
    'its entry is canceled by the exchange''s id'
);

-- Every status. In pending_cancels the entry may be what is left: it is to be cancelled, by whichever name.

call given_each();
select cells($$place_entry(id(%1$L), fence(%1$L), 'entry-' || upper(%1$L) || '-long')$$, '{
    "pending_entry": "ok entry_placed driven",
    "entry_placed": "replayed entry_placed driven",
    "pending_sl": "replayed pending_sl driven, stop_loss sell 10 reduce-only s1",
    "active": "replayed active driven",
    "pending_close": "replayed pending_close driven, close sell 10 reduce-only c1",
    "pending_rollback": "replayed pending_rollback driven, cancel s1, close sell 10 reduce-only c1",
    "pending_cancels": "replayed pending_cancels driven, cancel s1",
    "pending_cancels_back": "replayed pending_cancels driven, cancel s1"
}');
call given('LEFTUSDT', 'active', filled => 4, placed => false);
select is(
    line(tradelatch.confirm_close(
        id('LEFTUSDT'), 'stop-loss', orders_of('LEFTUSDT', 's1'), fence => fence('LEFTUSDT')
    )),
    'ok pending_cancels driven, cancel e1',
    'the stop-loss triggers while the entry rests'
);
select is(
    line(tradelatch.place_entry(id('LEFTUSDT'), fence('LEFTUSDT'), 'late')),
    'ok pending_cancels driven, cancel e1',
    'then its id is known'
);
select is(
    line(tradelatch.confirm_close(id('LEFTUSDT'), 'stop-loss', array['id:late'], fence => fence('LEFTUSDT'))),
    'ok closed driven',
    'by which it is named'
);

-- The answer of the exchange says that the entry arrived: from then on anybody who saw its end may say so.

call given('ARRIVEUSDT', 'pending_entry');
select is((tradelatch.place_entry(id('ARRIVEUSDT'), fence('ARRIVEUSDT'), 'seen')).outcome, 'ok', 'it arrived');
select is((tradelatch.take_over(id('ARRIVEUSDT'), 'x')).outcome, 'claimed', 'taken over within the lease');
select is(
    line(tradelatch.cancel_position(id('ARRIVEUSDT'), fence('ARRIVEUSDT'), 'cancelled')),
    'ok canceled driven',
    'it is in nobody''s hand any more'
);
call given('CLAIMUSDT', 'pending_entry');
call claim('CLAIMUSDT');
select is(
    line(tradelatch.place_entry(id('CLAIMUSDT'), fence('CLAIMUSDT'), 'found')),
    'ok entry_placed driven',
    'recovery, which looked it up, says so, too'
);
select is((book_row('CLAIMUSDT')).orders_in_hand, null::jsonb, 'and it is in no hand');

-- What is refused.
call given('ENDUSDT', 'canceled');
select refused(
    $$place_entry(id('ENDUSDT'), fence('ENDUSDT'), 'late')$$, 'TL002', 'an order of a position that is over'
);
call given('EXPIREDUSDT', 'entry_placed');
select is(
    line(tradelatch.cancel_position(id('EXPIREDUSDT'), fence('EXPIREDUSDT'), 'expired')),
    'ok canceled driven',
    'the order expired'
);
select refused(
    $$place_entry(id('EXPIREDUSDT'), fence('EXPIREDUSDT'), 'entry-EXPIREDUSDT-long')$$,
    'TL002',
    'the order that is known, when that is not the latest move any more'
);
select refused(
    $$place_entry(id('F1USDT'), fence('F1USDT') - 1, 'late-F1USDT')$$, 'TL003', 'another fence, the same call or not'
);
select refused(
    $$place_entry(id('F1USDT'), 0, 'late-F1USDT')$$, 'TL003', 'no fence at all'
);
select refused(
    format('place_entry(%s, 1, ''late'')', p), 'TL004', format('there is no position %s', p)
)
from (values (0), (-1), (9223372036854775807)) as unknown (p);

call given('BADUSDT', 'pending_entry');
create table good as
select jsonb_build_object('position_id', id('BADUSDT'), 'fence', fence('BADUSDT'), 'exchange_order_id', 'order') as arguments;
select refused_values('place_entry', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('place_entry', g.arguments, 'fence', array[null]) from good as g;
select refused_values('place_entry', g.arguments, 'exchange_order_id', bad_texts(100)) from good as g;
select refused_values('place_entry', g.arguments, 'details', bad_details()) from good as g;

-- Who may.
select is(
    (try($$place_entry(id('BADUSDT'), fence('BADUSDT'), repeat('x', 100))$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'ok entry_placed driven'),
    ('tradelatch_operator', 'replayed entry_placed driven')
) as r (role, seen);

select explained();
select * from finish();
rollback;
