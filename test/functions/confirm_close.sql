begin;
\ir setup.psql
select plan(104);

select declared_as_move(
    'confirm_close',
    'position_id bigint, reason text, exit_price numeric = null, realized_pnl numeric = null, fence bigint = null, '
    'details jsonb = ''{}'''
);

-- By us or by the exchange: what is left of entry and stop-loss is canceled, whoever says so.

create table ends as
select *
from (values
    ('E1USDT', 'active', 'long', 'both', 10, ', cancel s1'),
    ('E2USDT', 'active', 'short', 'both', 4, ', cancel e1 s1'),
    ('E3USDT', 'pending_sl', 'long', 'both', 10, ', cancel s1'),
    ('E4USDT', 'pending_sl', 'short', 'both', 4, ', cancel e1 s1'),
    ('E5USDT', 'pending_close', 'long', 'both', 10, ', cancel s1'),
    ('E6USDT', 'pending_close', 'short', 'both', 4, ', cancel e1 s1'),
    ('E7USDT', 'pending_close', 'long', 'long', 12, ', cancel s1'),
    ('E7USDT', 'active', 'short', 'short', 4, ', cancel e1 s1')
) as e (symbol, status, side, position_side, filled, due);
do $$
declare
    v_end ends;
begin
    for v_end in select * from ends loop
        call given(v_end.symbol, v_end.status, v_end.side, v_end.position_side, v_end.filled);
        call given('D' || v_end.symbol, v_end.status, v_end.side, v_end.position_side, v_end.filled);
    end loop;
end
$$;
select is(
    line(tradelatch.confirm_close(id(e.symbol, e.position_side), 'stop-loss hit')),
    'ok closed' || e.due,
    format('%s %s %s, %s of 10 filled, by anybody: no fence, no lease', e.status, e.position_side, e.side, e.filled)
)
from ends as e;
select is(
    line(tradelatch.confirm_close(
        id('D' || e.symbol, e.position_side), 'sold', 105.5, 55, fence('D' || e.symbol, e.position_side),
        details => '{"seen": 2, "reason": "x"}'
    )),
    'ok closed driven' || e.due,
    format('%s %s %s, %s of 10 filled, by the driver', e.status, e.position_side, e.side, e.filled)
)
from ends as e;
select is(
    event(e.symbol, e.position_side),
    format('confirm_close %s>closed fence {"reason": "stop-loss hit", "exit_price": null, "realized_pnl": null}', e.status),
    format('the log has it: %s %s', e.symbol, e.position_side)
)
from ends as e;
select is(
    event('DE1USDT'),
    'confirm_close active>closed fence {"seen": 2, "reason": "sold", "exit_price": 105.5, "realized_pnl": 55}',
    'the log has the details beside what was told, and never instead of it'
);
select results_eq(
    $$
        select
            p.symbol collate "default", p.status, p.exit_reason, p.exit_price, p.realized_pnl, p.open_quantity, p.filled_quantity,
            p.closed_at between now() and clock_timestamp()
        from tradelatch.positions as p
        where p.symbol in ('E2USDT', 'DE2USDT', 'E5USDT')
        order by p.symbol
    $$,
    $$
        values
            ('DE2USDT', 'closed', 'sold', 105.5, 55::numeric, 0::numeric, 4::numeric, true),
            ('E2USDT', 'closed', 'stop-loss hit', null, null, 0, 4, true),
            ('E5USDT', 'closed', 'stop-loss hit', null, null, 0, 10, true)
    $$,
    'the book has it, too: nothing is open, what was filled stays'
);

-- Again.
select unchanged($$confirm_close(id('E2USDT'), 'stop-loss hit')$$, 'replayed closed, cancel e1 s1', 'the same call again');
select unchanged(
    $$confirm_close(id('E2USDT'), 'stop-loss hit', fence => fence('E2USDT'))$$,
    'replayed closed driven, cancel e1 s1',
    'the same again, by the driver'
);
select unchanged(
    $$confirm_close(id('DE2USDT'), 'sold', 105.50, 55.0, fence('DE2USDT'), details => '{"seen": 2}')$$,
    'replayed closed driven, cancel e1 s1',
    'the same call with numbers again'
);
select refused(
    format('confirm_close(id(%L), %L, %L, %L)', v.symbol, v.reason, v.exit_price, v.realized_pnl),
    'TL002',
    format('another call: %s, %s, %s', v.reason, coalesce(v.exit_price::text, 'null'), coalesce(v.realized_pnl::text, 'null'))
)
from (values
    ('DE2USDT', 'Sold', 105.5, 55), ('DE2USDT', 'sold', 105.4, 55), ('DE2USDT', 'sold', 105.5, -55),
    ('DE2USDT', 'sold', null, 55), ('DE2USDT', 'sold', 105.5, null),
    ('E2USDT', 'stop-loss hit', 100, null), ('E2USDT', 'stop-loss hit', null, 0)
) as v (symbol, reason, exit_price, realized_pnl);
select refused(
    $$confirm_close(id('E2USDT'), 'stop-loss hit', fence => fence('E1USDT'))$$, 'TL003', 'the same call with another fence'
);
create table before as
select id('E2USDT') as position_id;
select is(
    line(tradelatch.create_position('binance', 'E2USDT', 'long', 5, 100)),
    'created pending_entry driven, entry buy 5 opening e1',
    'the slot is free'
);
select unchanged(
    format('confirm_close(%s, ''stop-loss hit'')', b.position_id),
    'replayed closed, cancel e1 s1',
    'the same call again, when the slot is somebody else''s'
)
from before as b;

-- Every stop-loss that may be there, by an id that its order has.
call given('MANYUSDT', 'pending_sl', filled => 3);
select is(
    line(tradelatch.confirm_entry(id('MANYUSDT'), fence('MANYUSDT'), 10, 100)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    'a second stop-loss, before the first was known to be gone'
);
select is(line(tradelatch.confirm_close(id('MANYUSDT'), 'x')), 'ok closed, cancel s1 s2', 'both of them');
call given('MOVEDUSDT', 'active');
select is(
    line(tradelatch.update_stop_loss(id('MOVEDUSDT'), 97, stop_loss_order_id => 'moved')),
    'ok active',
    'an order that replaced ours'
);
select is(
    line(tradelatch.confirm_close(id('MOVEDUSDT'), 'x')),
    'ok closed, cancel id:moved s1',
    'by the exchange''s id where the order has none of ours'
);
call given('AGAINUSDT', 'active');
select is(
    line(tradelatch.update_stop_loss(id('AGAINUSDT'), 97, stop_loss_order_id => o.order_id)),
    'ok active',
    'replaced by the ' || o.order_id
)
from (values ('first'), ('second'), ('third')) as o (order_id);
select is(
    line(tradelatch.confirm_close(id('AGAINUSDT'), 'x')),
    'ok closed, cancel id:second id:third s1',
    'the one that stands, and the one before, which may still be there'
);
select is(
    line(tradelatch.adopt_position('binance', 'A1USDT', 'long', 10, 100, stop_loss_price => 90, stop_loss_order_id => 'theirs')),
    'created active driven',
    'adopted with its stop-loss'
);
select is(line(tradelatch.confirm_close(id('A1USDT'), 'x')), 'ok closed, cancel id:theirs', 'it is canceled');
select is(
    line(tradelatch.adopt_position('binance', 'A2USDT', 'long', 10, 100, stop_loss_price => 90)),
    'created active driven',
    'adopted with a stop-loss that is no order'
);
select is(line(tradelatch.confirm_close(id('A2USDT'), 'x')), 'ok closed', 'there is nothing to cancel');
select is(
    line(tradelatch.adopt_position('binance', 'A3USDT', 'long', 10, 100)),
    'created pending_sl driven, stop_loss sell 10 reduce-only s1',
    'adopted without a stop-loss'
);
select is(line(tradelatch.confirm_close(id('A3USDT'), 'x')), 'ok closed, cancel s1', 'the one that may be there');

-- Facts may be late.
call given('LATEUSDT', 'pending_close');
call lapse('LATEUSDT', '1 day');
select is(
    line(tradelatch.confirm_close(id('LATEUSDT'), 'x', fence => fence('LATEUSDT'))),
    'ok closed driven, cancel s1',
    'after the lease, by the current fence'
);

-- What is refused.
call given('BADUSDT', 'active');
select refused($$confirm_close(id('BADUSDT'), 'x', fence => fence('BADUSDT') - 1)$$, 'TL003', 'another fence');
select refused(format('confirm_close(%s, ''x'')', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);

create table good as
select jsonb_build_object('position_id', id('BADUSDT'), 'reason', 'test') as arguments;
select refused_values('confirm_close', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('confirm_close', g.arguments, 'reason', bad_texts(1000)) from good as g;
select refused_values('confirm_close', g.arguments, 'exit_price', optional(bad_amounts())) from good as g;
select refused_values('confirm_close', g.arguments, 'realized_pnl', bad_moneys()) from good as g;
select refused_values('confirm_close', g.arguments, 'details', bad_details()) from good as g;

-- Who may.
select is(
    (try(
        $$confirm_close(id('BADUSDT'), repeat('x', 1000), 999999999999999999999999999999, -999999999999999999999999999999)$$,
        role => r.role
    )).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'ok closed, cancel s1'),
    ('tradelatch_operator', 'replayed closed, cancel s1')
) as r (role, seen);

select explained();
select * from finish();
rollback;
