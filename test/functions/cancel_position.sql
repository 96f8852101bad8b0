begin;
\ir setup.psql
select plan(49);

select declared_as_move('cancel_position', 'position_id bigint, fence bigint, reason text');

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
