begin;
\ir setup.psql
select plan(73);

select declared_as_move('cancel_position', 'position_id bigint, fence bigint, reason text');

-- Each status.
call given_each();
select cells(
    $$cancel_position(id(%1$L), fence(%1$L), 'x')$$,
    '{"pending_entry": "ok canceled driven", "entry_placed": "ok canceled driven"}'
);

call given('SENTUSDT', 'entry_placed', 'short');
call given('UNSENTUSDT', 'pending_entry');
call given('HEDGEUSDT', 'pending_entry', 'short', 'short');

select is(
    line(tradelatch.cancel_position(id(s.symbol), fence(s.symbol), 'expired')),
    'ok canceled driven',
    s.symbol || ': nothing is due any more'
)
from (values ('SENTUSDT'), ('UNSENTUSDT'), ('HEDGEUSDT')) as s (symbol);
select is(
    event(s.symbol),
    format('cancel_position %s>canceled fence {"reason": "expired"}', s.status),
    s.symbol || ': the log has the reason'
)
from (values ('SENTUSDT', 'entry_placed'), ('UNSENTUSDT', 'pending_entry'), ('HEDGEUSDT', 'pending_entry')) as s (symbol, status);
select results_eq(
    $$
        select p.status, p.exit_reason, p.open_quantity, p.closed_at between now() and clock_timestamp()
        from tradelatch.positions as p
        where p.position_id = id('SENTUSDT')
    $$,
    $$values ('canceled', 'expired', 0::numeric, true)$$,
    'the book has it, too'
);

-- Again.
select unchanged(
    $$cancel_position(id('SENTUSDT'), fence('SENTUSDT'), 'expired')$$, 'replayed canceled driven', 'the same call again'
);
select refused($$cancel_position(id('SENTUSDT'), fence('SENTUSDT'), 'Expired')$$, 'TL002', 'another reason is another call');
select refused($$cancel_position(id('SENTUSDT'), fence('UNSENTUSDT'), 'expired')$$, 'TL003', 'the same call with another fence');

-- The slot is free, and what is over stays over.
create table before as
select id('SENTUSDT') as position_id, fence('SENTUSDT') as fence;
select is(
    line(tradelatch.create_position('binance', 'SENTUSDT', 'long', 5, 100)),
    'created pending_entry driven, entry buy 5 opening e1',
    'the slot is free'
);
select unchanged(
    format('cancel_position(%s, %s, ''expired'')', b.position_id, b.fence),
    'replayed canceled driven',
    'the same call again, when the slot is somebody else''s'
)
from before as b;
-- Somebody was refused meanwhile: that is no move of this position.
select is(
    (tradelatch.create_position('binance', 'REQUSDT', 'long', 10, 100, request_id => 'signal:1')).outcome, 'created', 'a request'
);
select is(line(tradelatch.cancel_position(id('REQUSDT'), fence('REQUSDT'), 'test')), 'ok canceled driven', 'canceled');
select is(
    line(tradelatch.create_position('binance', 'REQUSDT', 'long', 10, 100, request_id => 'signal:1')),
    'existing canceled',
    'and asked for again'
);
select unchanged(
    $$cancel_position(id('REQUSDT'), fence('REQUSDT'), 'test')$$,
    'replayed canceled driven',
    'the same call again, after a duplicate'
);

-- Facts may be late.
call given('LATEUSDT', 'entry_placed');
call lapse('LATEUSDT', '1 day');
select is(
    line(tradelatch.cancel_position(id('LATEUSDT'), fence('LATEUSDT'), 'expired')),
    'ok canceled driven',
    'after the lease, by the current fence'
);

-- Whoever may still send the entry is asked to wait for: an operator took the position over.
call given('HANDUSDT', 'pending_entry');
create table former as
select fence('HANDUSDT') as fence, (book_row('HANDUSDT')).lease_until + interval '5 seconds' as until;
select is(
    line(tradelatch.take_over(id('HANDUSDT'), 'he hangs', '1 hour')),
    'claimed pending_entry driven, entry buy 10 opening e1',
    'taken over'
);
select held_back(
    $$cancel_position(id('HANDUSDT'), fence('HANDUSDT'), 'never sent')$$, order_of('HANDUSDT', 'e1'), f.until,
    'the driver before may still send the entry, lease and grace time of his'
)
from former as f;
select refused(
    format($$cancel_position(id('HANDUSDT'), %s, 'never sent')$$, f.fence), 'TL003', 'he himself does not drive it any more'
)
from former as f;
select is(
    line(tradelatch.confirm_orders(id('HANDUSDT'), orders_placed => array[order_of('HANDUSDT', 'e1')])),
    'ok pending_entry',
    'it arrives'
);
select is(
    line(tradelatch.cancel_position(id('HANDUSDT'), fence('HANDUSDT'), 'expired')),
    'ok canceled driven',
    'then it can be told to have ended'
);
call given('WAITUSDT', 'pending_entry');
call claim('WAITUSDT');
select is(
    line(tradelatch.cancel_position(id('WAITUSDT'), fence('WAITUSDT'), 'never sent')),
    'ok canceled driven',
    'after claim_stale nobody has it in hand'
);

-- Another order of it is left: cancel_position says nothing of that one.
call given('DCAUSDT', 'entry_placed');
select is(
    line(tradelatch.confirm_orders(id('DCAUSDT'), orders_placed => array['dca-1'], fence => fence('DCAUSDT'))),
    'ok entry_placed driven',
    'an order of one''s own'
);
select is(
    (try($$cancel_position(id('DCAUSDT'), fence('DCAUSDT'), 'x')$$)).detail::jsonb,
    jsonb_build_object(
        'position_id', id('DCAUSDT'), 'status', 'entry_placed', 'move', 'cancel_position',
        'orders_left', array[order_of('DCAUSDT', 'e1'), 'dca-1']
    ),
    'it is to be rolled back: TL002, and the DETAIL has the status and both orders'
);
select is(
    (try($$cancel_position(id('DCAUSDT'), fence('DCAUSDT'), 'x')$$)).hint,
    'Legal moves: cancel_position, claim_stale, cleanup, confirm_entry, confirm_orders, reconcile_orders, release_position, '
    'rollback_position, take_over.',
    'and the HINT has the legal moves'
);
select is(
    line(tradelatch.confirm_orders(id('DCAUSDT'), array['dca-1'], fence => fence('DCAUSDT'))),
    'ok entry_placed driven',
    'never sent'
);
select is(
    line(tradelatch.cancel_position(id('DCAUSDT'), fence('DCAUSDT'), 'x')),
    'ok canceled driven',
    'then nothing is in the way'
);
select is(left_of('DCAUSDT'), null, 'and nothing is left');

-- What is refused.
call given('FILLEDUSDT', 'pending_sl', filled => 0.1);
select refused($$cancel_position(id('FILLEDUSDT'), fence('FILLEDUSDT'), 'x')$$, 'TL002', 'something was filled');
call given('BADUSDT', 'pending_entry');
select refused($$cancel_position(id('BADUSDT'), fence('BADUSDT') - 1, 'x')$$, 'TL003', 'another fence');
select refused(format('cancel_position(%s, 1, ''x'')', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);

create table good as
select jsonb_build_object('position_id', id('BADUSDT'), 'fence', fence('BADUSDT'), 'reason', 'test') as arguments;
select refused_values('cancel_position', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('cancel_position', g.arguments, 'fence', array[null]) from good as g;
select refused_values('cancel_position', g.arguments, 'reason', bad_texts(1000)) from good as g;

-- Who may.
select is(
    (try($$cancel_position(id('BADUSDT'), fence('BADUSDT'), repeat('x', 1000))$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'), ('tradelatch_bot', 'ok canceled driven'), ('tradelatch_operator', 'replayed canceled driven')
) as r (role, seen);

select explained();
select * from finish();
rollback;
