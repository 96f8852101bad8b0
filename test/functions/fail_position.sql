begin;
\ir setup.psql
select plan(51);

select declared_as_move('fail_position', 'position_id bigint, fence bigint, reason text');

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
    (book_row('MINEUSDT')).entry_judged_after,
    f.lease_until + interval '5 seconds',
    'it is judged after the lease and the grace time'
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
create procedure judge(symbol text, ago interval)
language sql
as $$
    update monitoring.positions as p
    set entry_judged_after = clock_timestamp() - judge.ago
    where p.id = id(judge.symbol)
$$;
call given('WAITUSDT', 'pending_entry');
call claim('WAITUSDT');
call judge('WAITUSDT', '-1 minute');
select refused($$fail_position(id('WAITUSDT'), fence('WAITUSDT'), 'not found')$$, 'TL002', 'before they have passed');
call judge('WAITUSDT', '1 millisecond');
select is(
    line(tradelatch.fail_position(id('WAITUSDT'), fence('WAITUSDT'), 'not found')),
    'ok failed driven',
    'after they have passed'
);

-- A grace time may be 0; the lease of the first driver counts, not that of who claimed it.
call given('ZEROUSDT', 'pending_entry');
call lapse('ZEROUSDT', '1 millisecond');
select is(
    (select line(r) from tradelatch.claim_stale(grace => '0', lease => '1 hour') as r),
    'claimed pending_entry driven, entry buy 10 opening e1',
    'claimed as soon as the lease had ended'
);
select is(line(tradelatch.fail_position(id('ZEROUSDT'), fence('ZEROUSDT'), 'x')), 'ok failed driven', 'and judged at once');

-- A second recovery goes on where the first one ended.
call given('TWICEUSDT', 'pending_entry');
call claim('TWICEUSDT');
call claim('TWICEUSDT');
select is(line(tradelatch.fail_position(id('TWICEUSDT'), fence('TWICEUSDT'), 'x')), 'ok failed driven', 'claimed twice');

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
