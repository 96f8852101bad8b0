begin;
\ir setup.psql
select plan(87);

select declared_as_move('fail_position', 'position_id bigint, fence bigint, reason text');

-- Each status. The fence of create_position is not enough.
call given_each();
select cells($$fail_position(id(%1$L), fence(%1$L), 'x')$$, '{}');
select matches(
    (try($$fail_position(id('PENDING_ENTRY'), fence('PENDING_ENTRY'), 'x')$$)).message,
    'needs a fence from claim_stale or take_over$',
    'the message says which one is'
);
call claim('PENDING_ENTRY');
select cells($$fail_position(id(%1$L), fence(%1$L), 'x')$$, '{"pending_entry": "ok failed driven"}');

-- Whoever may have sent the order does not judge it.
call given('MINEUSDT', 'pending_entry');
select refused($$fail_position(id('MINEUSDT'), fence('MINEUSDT'), 'not found')$$, 'TL002', 'the fence of create_position');
call lapse('MINEUSDT', '1 day');
select refused(
    $$fail_position(id('MINEUSDT'), fence('MINEUSDT'), 'not found')$$,
    'TL002',
    'the fence of create_position, long after its lease'
);
select is(
    line(tradelatch.renew_lease(id('MINEUSDT'), fence('MINEUSDT'))),
    'ok pending_entry driven, entry buy 10 opening e1',
    'renewed'
);
select refused($$fail_position(id('MINEUSDT'), fence('MINEUSDT'), 'not found')$$, 'TL002', 'that is no other fence');

-- Whoever claimed it does, after the lease and the grace time.
call lapse('MINEUSDT', '6 seconds');
create table former as
select fence('MINEUSDT') as fence, (book_row('MINEUSDT')).lease_until;
select is(
    (select line(r) from tradelatch.claim_stale() as r),
    'claimed pending_entry driven, entry buy 10 opening e1',
    'claimed'
);
select refused(
    format('fail_position(id(''MINEUSDT''), %s, ''not found'')', f.fence), 'TL003', 'the former fence is worth nothing'
)
from former as f;
select is(
    (book_row('MINEUSDT')).orders_in_hand,
    jsonb_build_object(order_of('MINEUSDT', 'e1'), jsonb_build_object('until', f.lease_until + interval '5 seconds')),
    'the entry was in his hand until the lease and the grace time had passed'
)
from former as f;
select is(
    line(tradelatch.fail_position(id('MINEUSDT'), fence('MINEUSDT'), 'not found')),
    'ok failed driven',
    'proven never sent'
);
select is(
    event('MINEUSDT'),
    'fail_position pending_entry>failed fence {"reason": "not found"}',
    'the log has the reason'
);
select results_eq(
    $$
        select p.status, p.exit_reason, p.open_quantity, p.closed_at between now() and clock_timestamp()
        from tradelatch.positions as p
        where p.position_id = id('MINEUSDT')
    $$,
    $$values ('failed', 'not found', 0::numeric, true)$$,
    'the book has it, too'
);

-- Again.
select unchanged(
    $$fail_position(id('MINEUSDT'), fence('MINEUSDT'), 'not found')$$, 'replayed failed driven', 'the same call again'
);
select refused($$fail_position(id('MINEUSDT'), fence('MINEUSDT'), 'Not found')$$, 'TL002', 'another reason is another call');
select refused(
    $$fail_position(id('MINEUSDT'), fence('MINEUSDT') - 1, 'not found')$$, 'TL003', 'the same call with another fence'
);
select is(
    line(tradelatch.create_position('binance', 'MINEUSDT', 'short', 5, 100)),
    'created pending_entry driven, entry sell 5 opening e1',
    'the slot is free'
);

-- The wait: an order that was sent in the last moment of the lease may still show.
call given('WAITUSDT', 'pending_entry');
update former as f set lease_until = (book_row('WAITUSDT')).lease_until;
select is(
    line(tradelatch.take_over(id('WAITUSDT'), 'he hangs', '1 hour')),
    'claimed pending_entry driven, entry buy 10 opening e1',
    'taken over'
);
select held_back(
    $$fail_position(id('WAITUSDT'), fence('WAITUSDT'), 'not found')$$, order_of('WAITUSDT', 'e1'), f.lease_until + interval '5 seconds',
    'before they have passed the driver before may still send it'
)
from former as f;
select is(
    line(tradelatch.confirm_orders(id('WAITUSDT'), array[order_of('WAITUSDT', 'e1')], fence => fence('WAITUSDT'))),
    'replayed pending_entry driven',
    'saying that it ended does not help, and it is not called for again'
);
call hands_end('WAITUSDT');
select is(
    line(tradelatch.fail_position(id('WAITUSDT'), fence('WAITUSDT'), 'not found')),
    'ok failed driven',
    'after they have passed'
);
select is(left_of('WAITUSDT'), null, 'nothing is left');

-- An operator who takes it over after both have passed judges at once.
call given('LATEUSDT', 'pending_entry');
call lapse('LATEUSDT', '6 seconds');
select is(
    line(tradelatch.take_over(id('LATEUSDT'), 'look')), 'claimed pending_entry driven, entry buy 10 opening e1', 'taken over late'
);
select is(line(tradelatch.fail_position(id('LATEUSDT'), fence('LATEUSDT'), 'x')), 'ok failed driven', 'and judged');

-- However short a grace time claim_stale was given, five seconds are waited for; the lease of the first driver counts, not that of
-- who claimed it.
call given('ZEROUSDT', 'pending_entry');
call lapse('ZEROUSDT', '1 millisecond');
update former as f set lease_until = (book_row('ZEROUSDT')).lease_until;
select is(
    (select line(r) from tradelatch.claim_stale(grace => '0', lease => '1 hour') as r),
    'claimed pending_entry driven, entry buy 10 opening e1',
    'claimed as soon as the lease had ended'
);
select held_back(
    $$fail_position(id('ZEROUSDT'), fence('ZEROUSDT'), 'x')$$, order_of('ZEROUSDT', 'e1'), f.lease_until + interval '5 seconds',
    'and not judged at once'
)
from former as f;
call hands_end('ZEROUSDT');
select is(
    line(tradelatch.fail_position(id('ZEROUSDT'), fence('ZEROUSDT'), 'x')),
    'ok failed driven',
    'but five seconds after it'
);

-- A second recovery goes on where the first one ended.
call given('TWICEUSDT', 'pending_entry');
call claim('TWICEUSDT');
call claim('TWICEUSDT');
select is(line(tradelatch.fail_position(id('TWICEUSDT'), fence('TWICEUSDT'), 'x')), 'ok failed driven', 'claimed twice');

-- An order that arrived was sent, whoever tells.
call given('SEENUSDT', 'pending_entry');
call claim('SEENUSDT');
select is(
    line(tradelatch.confirm_orders(id('SEENUSDT'), orders_placed => array[order_of('SEENUSDT', 'e1')])),
    'ok pending_entry',
    'a stream saw it'
);
select is(
    (try($$fail_position(id('SEENUSDT'), fence('SEENUSDT'), 'x')$$)).message,
    format('position %s is pending_entry: its entry order arrived', id('SEENUSDT')),
    'never sent it was not'
);
select is(
    line(tradelatch.cancel_position(id('SEENUSDT'), fence('SEENUSDT'), 'expired')),
    'ok canceled driven',
    'it can only be told to have ended'
);

-- Another order of it is left: fail_position says nothing of that one.
call given('DCAUSDT', 'pending_entry');
call claim('DCAUSDT');
select is(
    line(tradelatch.confirm_orders(id('DCAUSDT'), orders_placed => array['dca-1'], fence => fence('DCAUSDT'))),
    'ok pending_entry driven',
    'an order of one''s own'
);
select is(
    (try($$fail_position(id('DCAUSDT'), fence('DCAUSDT'), 'x')$$)).detail::jsonb,
    jsonb_build_object(
        'position_id', id('DCAUSDT'), 'status', 'pending_entry', 'move', 'fail_position',
        'orders_left', array['dca-1', order_of('DCAUSDT', 'e1')]
    ),
    'it is to be rolled back: TL002, and the DETAIL has both orders'
);

-- What is refused.
call given('SENTUSDT', 'entry_placed');
call claim('SENTUSDT');
select refused($$fail_position(id('SENTUSDT'), fence('SENTUSDT'), 'x')$$, 'TL002', 'the exchange took the order');
call given('BADUSDT', 'pending_entry');
call claim('BADUSDT');
select refused($$fail_position(id('BADUSDT'), fence('BADUSDT') - 1, 'x')$$, 'TL003', 'another fence');
select refused(format('fail_position(%s, 1, ''x'')', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);

create table good as
select jsonb_build_object('position_id', id('BADUSDT'), 'fence', fence('BADUSDT'), 'reason', 'test') as arguments;
select refused_values('fail_position', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('fail_position', g.arguments, 'fence', array[null]) from good as g;
select refused_values('fail_position', g.arguments, 'reason', bad_texts(1000)) from good as g;

-- Who may.
select is(
    (try($$fail_position(id('BADUSDT'), fence('BADUSDT'), repeat('x', 1000))$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'), ('tradelatch_bot', 'ok failed driven'), ('tradelatch_operator', 'replayed failed driven')
) as r (role, seen);

select explained();
select * from finish();
rollback;
