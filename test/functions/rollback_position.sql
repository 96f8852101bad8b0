begin;
\ir setup.psql
select plan(92);

select declared_as_move('rollback_position', 'position_id bigint, fence bigint, reason text, details jsonb = ''{}''');

-- Cancel entry and stop-loss, then close: for what is open, and while the entry may still fill for all that was asked for.

create table begun as
select *
from (values
    ('B1USDT', 'pending_entry', 'long', 'both', 0, 'cancel e1, close sell 10 reduce-only c1'),
    ('B2USDT', 'entry_placed', 'short', 'both', 0, 'cancel e1, close buy 10 reduce-only c1'),
    ('B3USDT', 'pending_sl', 'long', 'both', 10, 'cancel s1, close sell 10 reduce-only c1'),
    ('B4USDT', 'pending_sl', 'short', 'both', 4, 'cancel e1 s1, close buy 10 reduce-only c1'),
    ('B5USDT', 'pending_sl', 'long', 'both', 12, 'cancel s1, close sell 12 reduce-only c1'),
    ('B6USDT', 'pending_sl', 'long', 'long', 10, 'cancel s1, close sell 10 reduce-only c1'),
    ('B6USDT', 'pending_sl', 'short', 'short', 9.5, 'cancel e1 s1, close buy 10 reduce-only c1')
) as b (symbol, status, side, position_side, filled, due);
do $$
declare
    v_begun begun;
begin
    for v_begun in select * from begun loop
        call given(v_begun.symbol, v_begun.status, v_begun.side, v_begun.position_side, v_begun.filled);
    end loop;
end
$$;
select is(
    line(tradelatch.rollback_position(id(b.symbol, b.position_side), fence(b.symbol, b.position_side), 'no stop-loss')),
    'ok pending_rollback driven, ' || b.due,
    format('%s %s %s, %s of 10 filled', b.status, b.position_side, b.side, b.filled)
)
from begun as b;
select is(
    event(b.symbol, b.position_side),
    format('rollback_position %s>pending_rollback fence {"reason": "no stop-loss"}', b.status),
    format('the log has it: %s %s', b.status, b.position_side)
)
from begun as b;
select unchanged(
    format('rollback_position(id(%1$L, %2$L), fence(%1$L, %2$L), ''no stop-loss'')', b.symbol, b.position_side),
    'replayed pending_rollback driven, ' || b.due,
    format('the same call again: %s %s', b.status, b.position_side)
)
from begun as b;
select refused(
    $$rollback_position(id('B1USDT'), fence('B1USDT'), 'No stop-loss')$$, 'TL002', 'another reason is another call'
);
select is(
    ((book_row('B5USDT')).exit_reason::text, (book_row('B5USDT')).open_quantity::numeric, (book_row('B5USDT')).closed_at),
    ('no stop-loss'::text, 12::numeric, null::timestamptz),
    'the book has the reason; what is open is open, and so is the position'
);
select is(
    line(tradelatch.create_position('binance', 'B1USDT', 'long', 10, 100)),
    'existing pending_rollback',
    'the slot stays taken'
);
select unchanged(
    $$rollback_position(id('B1USDT'), fence('B1USDT'), 'no stop-loss')$$,
    'replayed pending_rollback driven, cancel e1, close sell 10 reduce-only c1',
    'the same call again, after a duplicate'
);

-- Every stop-loss that may be there.
call given('MANYUSDT', 'pending_sl', filled => 3);
select is(
    line(tradelatch.confirm_entry(id('MANYUSDT'), fence('MANYUSDT'), 6, 100)),
    'ok pending_sl driven, cancel s1, stop_loss sell 6 reduce-only s2',
    'a second stop-loss'
);
select is(
    line(tradelatch.rollback_position(
        id('MANYUSDT'), fence('MANYUSDT'), 'test', details => '{"tries": 3, "reason": "x"}'
    )),
    'ok pending_rollback driven, cancel e1 s1 s2, close sell 10 reduce-only c1',
    'all of them are canceled'
);
select is(
    event('MANYUSDT'),
    'rollback_position pending_sl>pending_rollback fence {"tries": 3, "reason": "test"}',
    'the log has the details beside what was told, and never instead of it'
);
select is(
    line(tradelatch.reissue_order(id('MANYUSDT'), fence('MANYUSDT'), order_of('MANYUSDT', 'c1'), 'refused')),
    'ok pending_rollback driven, cancel e1 s1 s2, close sell 10 reduce-only c2',
    'the close is issued again'
);
select refused(
    $$rollback_position(id('MANYUSDT'), fence('MANYUSDT'), 'test')$$, 'TL002', 'then it is not the latest move any more'
);

-- Adopted: without an entry order of ours.
select is(
    line(tradelatch.adopt_position('binance', 'ADOPTUSDT', 'short', 10, 100, clock_timestamp())),
    'created pending_sl driven, cancel *, stop_loss buy 10 reduce-only s1',
    'adopted'
);
select is(
    line(tradelatch.rollback_position(id('ADOPTUSDT'), fence('ADOPTUSDT'), 'test')),
    'ok pending_rollback driven, cancel * s1, close buy 10 reduce-only c1',
    'there is no entry to cancel'
);

-- Facts may be late, and the driver may change.
call given('LATEUSDT', 'entry_placed');
call lapse('LATEUSDT', '1 day');
select is(
    line(tradelatch.rollback_position(id('LATEUSDT'), fence('LATEUSDT'), 'test')),
    'ok pending_rollback driven, cancel e1, close sell 10 reduce-only c1',
    'after the lease, by the current fence'
);
create table former as
select fence('LATEUSDT') as fence;
call claim('LATEUSDT');
select refused(
    format('rollback_position(id(''LATEUSDT''), %s, ''test'')', f.fence), 'TL003', 'the former driver'
)
from former as f;
select unchanged(
    $$rollback_position(id('LATEUSDT'), fence('LATEUSDT'), 'test')$$,
    'replayed pending_rollback driven, cancel e1, close sell 10 reduce-only c1',
    'whoever claimed it, with the same call: it is the latest move still'
);

-- Every status: an order of one's own is in the way of the close, too.

call given_each();
select cells($$rollback_position(id(%1$L), fence(%1$L), 'no')$$, '{
    "pending_entry": "ok pending_rollback driven, cancel e1, close sell 10 reduce-only c1",
    "entry_placed": "ok pending_rollback driven, cancel e1, close sell 10 reduce-only c1",
    "pending_sl": "ok pending_rollback driven, cancel s1, close sell 10 reduce-only c1"
}');
call given('OWNUSDT', 'entry_placed');
select is(
    line(tradelatch.confirm_orders(id('OWNUSDT'), orders_placed => array['dca-1'], fence => fence('OWNUSDT'))),
    'ok entry_placed driven',
    'an order of one''s own'
);
select is(
    line(tradelatch.rollback_position(id('OWNUSDT'), fence('OWNUSDT'), 'no')),
    'ok pending_rollback driven, cancel dca-1 e1, close sell 10 reduce-only c1',
    'is cancelled with the entry'
);
select is(left_of('OWNUSDT'), 'c1 dca-1 e1', 'all of them are left');

-- What its driver may still send stays in its hand.

call given('HANDUSDT', 'pending_sl', filled => 4);
select is((tradelatch.rollback_position(id('HANDUSDT'), fence('HANDUSDT'), 'no')).outcome, 'ok', 'rolled back');
select is(
    line(tradelatch.confirm_orders(id('HANDUSDT'), orders_of('HANDUSDT', 's1'))),
    'replayed pending_rollback',
    'nobody else ends the stop-loss'
);
select is(
    line(tradelatch.confirm_orders(id('HANDUSDT'), orders_of('HANDUSDT', 's1'), fence => fence('HANDUSDT'))),
    'ok pending_rollback driven, cancel e1, close sell 10 reduce-only c1',
    'but its driver, who did not send it'
);

-- What is refused.
call given('ACTIVEUSDT', 'active');
select refused(
    $$rollback_position(id('ACTIVEUSDT'), fence('ACTIVEUSDT'), 'x')$$,
    'TL002',
    'what is active is closed, not rolled back'
);
call given('BADUSDT', 'pending_entry');
select refused($$rollback_position(id('BADUSDT'), fence('BADUSDT') - 1, 'x')$$, 'TL003', 'another fence');
select refused(format('rollback_position(%s, 1, ''x'')', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);

create table good as
select jsonb_build_object('position_id', id('BADUSDT'), 'fence', fence('BADUSDT'), 'reason', 'test') as arguments;
select refused_values('rollback_position', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('rollback_position', g.arguments, 'fence', array[null]) from good as g;
select refused_values('rollback_position', g.arguments, 'reason', bad_texts(1000)) from good as g;
select refused_values('rollback_position', g.arguments, 'details', bad_details()) from good as g;

-- Who may.
select is(
    (try($$rollback_position(id('BADUSDT'), fence('BADUSDT'), repeat('x', 1000))$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'ok pending_rollback driven, cancel e1, close sell 10 reduce-only c1'),
    ('tradelatch_operator', 'replayed pending_rollback driven, cancel e1, close sell 10 reduce-only c1')
) as r (role, seen);

select explained();
select * from finish();
rollback;
