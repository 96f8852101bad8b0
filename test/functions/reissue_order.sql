begin;
\ir setup.psql
select plan(262);

select declared_as_move(
    'reissue_order', 'position_id bigint, fence bigint, client_order_id text, reason text, remaining numeric = null'
);

-- A stop-loss, a close, and the close of a rollback: another id for what remains, time after time.

create table chains as
select *
from (values
    ('C1USDT', 'pending_sl', 'long', 'both', 10, 's', 'stop_loss sell', ''),
    ('C2USDT', 'pending_sl', 'short', 'both', 4, 's', 'stop_loss buy', ''),
    ('C3USDT', 'pending_close', 'long', 'both', 10, 'c', 'close sell', ''),
    ('C4USDT', 'pending_close', 'short', 'both', 12, 'c', 'close buy', ''),
    ('C5USDT', 'pending_rollback', 'long', 'both', 10, 'c', 'close sell', 'cancel s1, '),
    ('C6USDT', 'pending_sl', 'long', 'long', 10, 's', 'stop_loss sell', ''),
    ('C6USDT', 'pending_close', 'short', 'short', 10, 'c', 'close buy', '')
) as c (symbol, status, side, position_side, filled, kind, due, cancels);
do $$
declare
    v_chain chains;
begin
    for v_chain in select * from chains loop
        call given(v_chain.symbol, v_chain.status, v_chain.side, v_chain.position_side, v_chain.filled);
    end loop;
end
$$;
create function again(symbol text, position_side text, ending text, remaining numeric default null, reason text default 'refused')
returns text
language sql
as $$
    select format(
        'reissue_order(%s, %s, %L, %L, remaining => %L)',
        p.id, p.fence, p.order_key || again.ending, again.reason, again.remaining
    )
    from book_row(again.symbol, again.position_side) as p
$$;

select is(
    (try(again(c.symbol, c.position_side, c.kind || '1'))).seen,
    format('ok %s driven, %s%s %s reduce-only %s2', c.status, c.cancels, c.due, c.filled, c.kind),
    format('refused: %s %s', c.status, c.due)
)
from chains as c;
select is(
    event(c.symbol, c.position_side),
    format(
        'reissue_order %s>%s fence {"reason": "refused", "remaining": null, "client_order_id": "%s%s1"}',
        c.status, c.status, (book_row(c.symbol, c.position_side)).order_key, c.kind
    ),
    format('the log has the order that ended: %s %s', c.status, c.due)
)
from chains as c;
select unchanged(
    again(c.symbol, c.position_side, c.kind || '1', reason => v.reason, remaining => v.remaining),
    format('replayed %s driven, %s%s %s reduce-only %s2', c.status, c.cancels, c.due, c.filled, c.kind),
    format('the id before is a replay, whatever else is told: %s %s %s', c.status, c.due, v.reason)
)
from chains as c
cross join (values ('refused', null), ('again', 1)) as v (reason, remaining);
select is(
    (try(again(c.symbol, c.position_side, c.kind || '2', remaining => 2.5))).seen,
    format('ok %s driven, %s%s 2.5 reduce-only %s3', c.status, c.cancels, c.due, c.kind),
    format('a part of it was done: %s %s', c.status, c.due)
)
from chains as c;
select unchanged(
    again(c.symbol, c.position_side, c.kind || '2', remaining => 2.5),
    format('replayed %s driven, %s%s 2.5 reduce-only %s3', c.status, c.cancels, c.due, c.kind),
    format('the same call again: %s %s', c.status, c.due)
)
from chains as c;
select refused(
    again(c.symbol, c.position_side, v.ending),
    'TL005',
    format('any other id: %s %s %s', c.status, c.due, v.ending)
)
from chains as c
cross join lateral (values
    (c.kind || '1'), (c.kind || '0'), (c.kind || '4'), (c.kind || '33'), ('e1'), (case c.kind when 's' then 'c1' else 's1' end)
) as v (ending);
select is(
    (p.filled_quantity, p.open_quantity, p.quantity, p.status),
    (c.filled::numeric, 2.5, 10::numeric, c.status),
    format('what is open is what remained; what was filled stays: %s %s', c.status, c.due)
)
from chains as c
cross join lateral (select * from tradelatch.positions as p where p.position_id = id(c.symbol, c.position_side)) as p;
select refused(
    again(c.symbol, c.position_side, c.kind || '3', remaining => 2.6),
    '22023 remaining',
    format('more cannot remain than the order was for: %s %s', c.status, c.due)
)
from chains as c;
select is(
    (try(again(c.symbol, c.position_side, c.kind || '3', remaining => 2.5))).seen,
    format('ok %s driven, %s%s 2.5 reduce-only %s4', c.status, c.cancels, c.due, c.kind),
    format('all of it remained: %s %s', c.status, c.due)
)
from chains as c;
select refused(
    format('reissue_order(id(%L), fence(%L), %L, ''x'')', c.symbol, c.symbol, v.order_id),
    'TL005',
    format('an id that is none of ours: %s %s', c.status, v.order_id)
)
from chains as c
cross join (values ('order-1'), ('s1'), ('c1')) as v (order_id)
where c.position_side = 'both';
select refused(
    format('reissue_order(id(%L), fence(%L), order_of(%L, %L), ''x'')', c.symbol, c.symbol, o.symbol, c.kind || '4'),
    'TL005',
    format('the order of another position: %s', c.status)
)
from chains as c
inner join chains as o on o.symbol = case c.symbol when 'C1USDT' then 'C2USDT' else 'C1USDT' end
where c.position_side = 'both';

-- The chain goes on: into active and its next stop-loss, into a growing fill, over to the close.
select is(
    line(tradelatch.activate_position(id('C1USDT'), fence('C1USDT'), 95, order_of('C1USDT', 's4'))),
    'ok active driven',
    'the fourth one is in place'
);
select is(
    line(tradelatch.confirm_entry(id('C1USDT'), fence('C1USDT'), 11, 100)),
    'ok pending_sl driven, cancel s4, stop_loss sell 3.5 at 95 reduce-only s5',
    'it is the one that is canceled when the fill grows'
);
select is(
    (try(again('C1USDT', 'both', 's5'))).seen,
    'ok pending_sl driven, cancel s4, stop_loss sell 3.5 at 95 reduce-only s6',
    'what was to be canceled before is still to be canceled; what ended is not'
);
select is(
    line(tradelatch.begin_close(id('C1USDT'), 'exit', fence => fence('C1USDT'))),
    'ok pending_close driven, close sell 3.5 reduce-only c1',
    'then a close'
);
select refused(again('C1USDT', 'both', 's6'), 'TL005', 'a stop-loss is not what is due then');
select refused(again('C1USDT', 'both', 's5'), 'TL005', 'nor is the one before');
select is(
    (try(again('C1USDT', 'both', 'c1'))).seen, 'ok pending_close driven, close sell 3.5 reduce-only c2', 'the close is'
);

-- A close whose entry is not final is for the quantity asked for, and what is open is never more than what was filled.
call given('UNFILLEDUSDT', 'pending_rollback', filled => 0);
select is(
    (try(again('UNFILLEDUSDT', 'both', 'c1', remaining => 10))).seen,
    'ok pending_rollback driven, cancel e1, close sell 10 reduce-only c2',
    'refused, because nothing is open yet'
);
select is((book_row('UNFILLEDUSDT')).open_quantity::numeric, 0::numeric, 'nothing was filled, nothing is open');
select is(
    line(tradelatch.confirm_entry(id('UNFILLEDUSDT'), fence('UNFILLEDUSDT'), 4, 100)),
    'ok pending_rollback driven, cancel e1, close sell 10 reduce-only c2',
    'then a part is filled: the same order'
);
select is((book_row('UNFILLEDUSDT')).open_quantity::numeric, 4::numeric, 'that part is open');

-- What a close did is not done again, while the entry may still fill and when it has ended: beside another bot in the same symbol
-- a close for more would take what is not ours.
create table rests as
select *
from (values ('K1USDT', 'pending_close'), ('K2USDT', 'pending_rollback')) as k (symbol, status);
do $$
declare
    v_rest rests;
begin
    for v_rest in select * from rests loop
        call given(v_rest.symbol, v_rest.status, filled => 4);
    end loop;
end
$$;
select matches(
    (try(again(k.symbol, 'both', 'c1', remaining => 7))).seen, 'close sell 7 reduce-only c2$',
    k.status || ': c1 closed 3 of 10, 4 of which were filled'
)
from rests as k;
select is((book_row(k.symbol)).open_quantity::numeric, 1::numeric, k.status || ': 1 of them is open')
from rests as k;
select matches(
    line(tradelatch.confirm_entry(id(k.symbol), fence(k.symbol), 6, 100)), 'close sell 7 reduce-only c2$',
    k.status || ': 2 more are filled, which were in it'
)
from rests as k;
select is((book_row(k.symbol)).open_quantity::numeric, 3::numeric, k.status || ': 3 are open')
from rests as k;
select matches(
    line(tradelatch.confirm_entry(id(k.symbol), fence(k.symbol), 6, 100, orders_ended => orders_of(k.symbol, 'e1'))),
    '^replayed .*close sell 3 reduce-only c3$',
    k.status || ': the entry ended: 3 are left to close'
)
from rests as k;
call given('K3USDT', 'pending_close', filled => 4);
select is(
    (try(again('K3USDT', 'both', 'c1', remaining => 2))).seen,
    'ok pending_close driven, cancel e1, close sell 2 reduce-only c2',
    'c1 closed 8: the fill was more than is told'
);
select is((book_row('K3USDT')).open_quantity::numeric, 0::numeric, 'nothing of what is known is open');
select is(
    line(tradelatch.confirm_entry(id('K3USDT'), fence('K3USDT'), 8, 100)),
    'ok pending_close driven, cancel e1, close sell 2 reduce-only c2',
    'now it is told: 8 were filled, and closed'
);
select is(
    line(tradelatch.confirm_entry(id('K3USDT'), fence('K3USDT'), 8, 100, orders_ended => orders_of('K3USDT', 'e1'))),
    'replayed pending_close driven, cancel c2',
    'and the entry ended: nothing is left to close'
);
select is(
    line(tradelatch.confirm_close(id('K3USDT'), 'exit', orders_of('K3USDT', 'c2 s1'), fence => fence('K3USDT'))),
    'ok closed driven',
    'c2 was never sent'
);

-- Whoever claims it goes on with the same chain.
call claim('C1USDT');
select is(
    (try(again('C1USDT', 'both', 'c2'))).seen, 'ok pending_close driven, close sell 3.5 reduce-only c3', 'after claim_stale'
);

-- Every status. The order has ended: whoever names it later says nothing new.

call given_each();
select cells($$reissue_order(id(%1$L), fence(%1$L), order_of(%1$L, 's1'), 'refused')$$, '{
    "pending_sl": "ok pending_sl driven, stop_loss sell 10 reduce-only s2",
    "pending_close": "TL005",
    "pending_rollback": "TL005"
}');
select cells($$reissue_order(id(%1$L), fence(%1$L), order_of(%1$L, 'c1'), 'refused')$$, '{
    "pending_sl": "TL005",
    "pending_close": "ok pending_close driven, close sell 10 reduce-only c2",
    "pending_rollback": "ok pending_rollback driven, cancel s1, close sell 10 reduce-only c2"
}');
call given('ENDUSDT', 'pending_sl');
select is((try(again('ENDUSDT', 'both', 's1'))).state, '00000', 'a stop-loss was refused');
select is(left_of('ENDUSDT'), 's2', 'it is not left');
select unchanged(
    $$confirm_orders(id('ENDUSDT'), orders_placed => orders_of('ENDUSDT', 's1'))$$,
    'replayed pending_sl',
    'a stream that is late does not bring it back'
);
-- One that arrived and ended, and one that was in two hands.
call given('SEENUSDT', 'pending_sl');
select is(
    (tradelatch.confirm_orders(id('SEENUSDT'), orders_placed => orders_of('SEENUSDT', 's1'))).outcome,
    'ok',
    's1 arrived'
);
select is((tradelatch.take_over(id('SEENUSDT'), 'x')).outcome, 'claimed', 'taken over within the lease');
select is(
    (try(again('SEENUSDT', 'both', 's1'))).seen,
    'ok pending_sl driven, stop_loss sell 10 reduce-only s2',
    'it ended: whoever saw it says so, in whose hand it ever was'
);
call given('BOTHUSDT', 'pending_close');
call lapse('BOTHUSDT', '6 seconds');
select is(
    (select line(r) from tradelatch.claim_stale(max_positions => 1) as r where r.symbol = 'BOTHUSDT'),
    'claimed pending_close driven, close sell 10 reduce-only c1',
    'the same id, after the lease and the grace time'
);
select is(
    (try(again('BOTHUSDT', 'both', 'c1'))).seen, 'ok pending_close driven, close sell 10 reduce-only c2', 'the one before can send it no more'
);

-- Never for entries, nor where no order is due.
create table others as
select *
from (values
    ('pending_entry'), ('entry_placed'), ('active'), ('closed'), ('rolled_back'), ('canceled'), ('failed')
) as o (status);
do $$
declare
    v_other others;
begin
    for v_other in select * from others loop
        call given('O' || upper(replace(v_other.status, '_', '')), v_other.status);
    end loop;
end
$$;
select refused(
    format('reissue_order(id(%1$L), fence(%1$L), order_of(%1$L, %2$L), ''x'')', 'O' || upper(replace(o.status, '_', '')), v.ending),
    'TL002',
    format('%s: no such order is due: %s', o.status, v.ending)
)
from others as o
cross join (values ('e1'), ('s1'), ('c1')) as v (ending);
call given('CLAIMEDUSDT', 'pending_entry');
call claim('CLAIMEDUSDT');
select refused(
    $$reissue_order(id('CLAIMEDUSDT'), fence('CLAIMEDUSDT'), order_of('CLAIMEDUSDT', 'e1'), 'x')$$,
    'TL002',
    'a claimed entry'
);

-- What is refused.
call given('BADUSDT', 'pending_sl');
select refused(
    $$reissue_order(id('BADUSDT'), fence('BADUSDT') - 1, order_of('BADUSDT', 's1'), 'x')$$, 'TL003', 'another fence'
);
select refused(format('reissue_order(%s, 1, ''x'', ''x'')', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);

select refused(
    $$reissue_order(id('BADUSDT'), fence('BADUSDT'), order_of('BADUSDT', 's0'), 'x')$$,
    'TL005',
    'there is none before the first one'
);

create table good as
select jsonb_build_object(
    'position_id', id('BADUSDT'), 'fence', fence('BADUSDT'), 'client_order_id', order_of('BADUSDT', 's1'), 'reason', 'test'
) as arguments;
select refused_values('reissue_order', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('reissue_order', g.arguments, 'fence', array[null]) from good as g;
select refused_values('reissue_order', g.arguments, 'client_order_id', bad_texts(103)) from good as g;
select refused_values('reissue_order', g.arguments, 'reason', bad_texts(1000)) from good as g;
select refused_values('reissue_order', g.arguments, 'remaining', optional(bad_amounts()) || array['10.0000001']) from good as g;

-- Who may.
select is(
    (try($$reissue_order(id('BADUSDT'), fence('BADUSDT'), order_of('BADUSDT', 's1'), repeat('x', 1000))$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'ok pending_sl driven, stop_loss sell 10 reduce-only s2'),
    ('tradelatch_operator', 'replayed pending_sl driven, stop_loss sell 10 reduce-only s2')
) as r (role, seen);

-- One that gave way to another one, and was refused: it is the id before the current one, and has ended all the same.
call given('GROWNUSDT', 'pending_sl', filled => 4);
select is(
    line(tradelatch.confirm_entry(id('GROWNUSDT'), fence('GROWNUSDT'), 10, 100)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    'the fill grew while s1 was on its way'
);
select is(
    line(tradelatch.reissue_order(id('GROWNUSDT'), fence('GROWNUSDT'), order_of('GROWNUSDT', 's1'), 'refused')),
    'replayed pending_sl driven, stop_loss sell 10 reduce-only s2',
    's1 was refused: it is not left'
);
select is(left_of('GROWNUSDT'), 's2', 's2 alone is');
select is(
    (tradelatch.take_over(id('GROWNUSDT'), 'he hangs')).outcome, 'claimed', 'another driver, while the one before may send s2'
);
select unchanged(
    $$reissue_order(id('GROWNUSDT'), fence('GROWNUSDT'), order_of('GROWNUSDT', 's2'), 'not there')$$,
    'replayed pending_sl driven, cancel s2, stop_loss sell 10 reduce-only s3',
    'which is not ended by the second one'
);

select explained();
select * from finish();
rollback;
