begin;
\ir setup.psql
select plan(192);

select declared_as_move(
    'confirm_close',
    'position_id bigint, reason text, orders_ended text[] = ''{}'', exit_price numeric = null, realized_pnl numeric = null, '
    'fence bigint = null, attempt uuid = null, lease interval = ''1 minute'', details jsonb = ''{}'', '
    'observed_at timestamptz = null'
);

-- Each status, by the driver: what he was given alone has ended, what is left is to be cancelled.
call given_each();
select cells(
    $$confirm_close(id(%1$L), 'x', fence => fence(%1$L))$$,
    '{
        "pending_sl": "ok pending_cancels driven, cancel s1",
        "active": "ok pending_cancels driven, cancel s1",
        "pending_close": "ok pending_cancels driven, cancel s1",
        "pending_cancels": "ok pending_cancels driven, cancel s1"
    }'
);
select cells(
    $$confirm_close(id(%1$L), 'x', array[order_of(%1$L, 's1')], fence => fence(%1$L))$$,
    '{
        "pending_sl": "ok closed driven",
        "active": "ok closed driven",
        "pending_close": "ok closed driven",
        "pending_cancels": "ok closed driven"
    }'
);
-- By anybody: what is in the driver's hand, he frees; else the caller is given the drive, where somebody has to cancel.
select cells(
    $$confirm_close(id(%1$L), 'x')$$,
    '{
        "pending_sl": "ok pending_cancels",
        "active": "ok pending_cancels driven, cancel s1",
        "pending_close": "ok pending_cancels",
        "pending_cancels": "ok pending_cancels"
    }'
);
select cells(
    $$confirm_close(id(%1$L), 'x', array[order_of(%1$L, 's1'), order_of(%1$L, 'c1')])$$,
    '{
        "pending_sl": "ok pending_cancels",
        "active": "ok closed",
        "pending_close": "ok pending_cancels",
        "pending_cancels": "ok closed"
    }'
);
select is(
    (try($$confirm_close(id('PENDING_CANCELS_BACK'), 'x')$$)).hint,
    'Legal moves: activate_position, claim_stale, confirm_entry, confirm_flat, confirm_orders, place_entry, '
    'reconcile_orders, release_position, resize_position, take_over.',
    'of one that is to be rolled back the HINT names confirm_flat alone'
);

-- By us or by the exchange, in each mode, wholly filled or in part.

create table ends as
select *
from (values
    ('E1USDT', 'active', 'long', 'both', 10, ' driven, cancel s1', 's1'),
    ('E2USDT', 'active', 'short', 'both', 4, ' driven, cancel e1 s1', 'e1 s1'),
    ('E3USDT', 'pending_sl', 'long', 'both', 10, '', 's1'),
    ('E4USDT', 'pending_sl', 'short', 'both', 4, '', 'e1 s1'),
    ('E5USDT', 'pending_close', 'long', 'both', 10, '', 's1'),
    ('E6USDT', 'pending_close', 'short', 'both', 4, '', 'e1 s1'),
    ('E7USDT', 'pending_close', 'long', 'long', 12, '', 's1'),
    ('E7USDT', 'active', 'short', 'short', 4, ' driven, cancel e1 s1', 'e1 s1')
) as e (symbol, status, side, position_side, filled, due, cancels);
do $$
declare
    v_end ends;
begin
    for v_end in select * from ends loop
        call given(v_end.symbol, v_end.status, v_end.side, v_end.position_side, v_end.filled);
        call given('D' || v_end.symbol, v_end.status, v_end.side, v_end.position_side, v_end.filled);
        call given('N' || v_end.symbol, v_end.status, v_end.side, v_end.position_side, v_end.filled);
    end loop;
end
$$;
create table former as
select e.symbol, e.position_side, fence(e.symbol, e.position_side) as fence
from ends as e;
select is(
    line(tradelatch.confirm_close(id(e.symbol, e.position_side), 'stop-loss hit')),
    'ok pending_cancels' || e.due,
    format('%s %s %s, %s of 10 filled, by anybody', e.status, e.position_side, e.side, e.filled)
)
from ends as e;
select is(
    (fence(f.symbol, f.position_side) > f.fence, (book_row(f.symbol, f.position_side)).drive_attempt),
    (e.due <> '', null::uuid),
    format('%s: the drive changes hands, or not', e.status)
)
from former as f
inner join ends as e using (symbol, position_side);
select is(
    line(tradelatch.confirm_close(
        id('D' || e.symbol, e.position_side), 'sold', '{}', 105.5, 55, fence('D' || e.symbol, e.position_side),
        details => '{"seen": 2, "reason": "x"}'
    )),
    'ok pending_cancels driven, cancel ' || e.cancels,
    format('%s %s %s, %s of 10 filled, by the driver', e.status, e.position_side, e.side, e.filled)
)
from ends as e;
select is(
    line(tradelatch.confirm_close(
        id('N' || e.symbol, e.position_side), 'sold', orders_of('N' || e.symbol, e.cancels || ' c1', e.position_side),
        fence => fence('N' || e.symbol, e.position_side)
    )),
    'ok closed driven',
    format('%s %s %s, %s of 10 filled, by the driver who names all', e.status, e.position_side, e.side, e.filled)
)
from ends as e;
select is(
    event(e.symbol, e.position_side),
    format(
        'confirm_close %s>pending_cancels fence '
        '{"reason": "stop-loss hit", "attempt": null, "exit_price": null, "realized_pnl": null}',
        e.status
    ),
    format('the log has it: %s %s', e.symbol, e.position_side)
)
from ends as e;
select is(
    event('DE1USDT'),
    'confirm_close active>pending_cancels fence '
    '{"seen": 2, "reason": "sold", "attempt": null, "exit_price": 105.5, "realized_pnl": 55}',
    'the log has the details beside what was told, and never instead of it'
);
select is(
    event('NE3USDT'),
    format(
        'confirm_close pending_sl>closed fence {"reason": "sold", "attempt": null, "exit_price": null, '
        '"orders_ended": ["%s", "%s"], "realized_pnl": null}',
        order_of('NE3USDT', 's1'), order_of('NE3USDT', 'c1')
    ),
    'and the names'
);
select results_eq(
    $$
        select
            p.symbol collate "default", p.status, p.exit_reason, p.exit_price, p.realized_pnl, p.open_quantity, p.filled_quantity,
            p.closed_at between now() and clock_timestamp(), p.orders_left collate "default", p.stop_loss_order collate "default"
        from tradelatch.positions as p
        where p.symbol in ('E2USDT', 'DE2USDT', 'NE2USDT', 'E5USDT')
        order by p.symbol
    $$,
    $$
        values
            (
                'DE2USDT', 'pending_cancels', 'sold', 105.5, 55::numeric, 0::numeric, 4::numeric, null::boolean,
                orders_of('DE2USDT', 'e1 s1'), order_of('DE2USDT', 's1')
            ),
            (
                'E2USDT', 'pending_cancels', 'stop-loss hit', null, null, 0, 4, null,
                orders_of('E2USDT', 'e1 s1'), order_of('E2USDT', 's1')
            ),
            (
                'E5USDT', 'pending_cancels', 'stop-loss hit', null, null, 0, 10, null,
                orders_of('E5USDT', 's1 c1'), order_of('E5USDT', 's1')
            ),
            ('NE2USDT', 'closed', 'sold', null, null, 0, 4, true, '{}', null)
    $$,
    'the book has it, too: nothing is open, what was filled stays, and so does what is left'
);
select is(
    line(tradelatch.create_position('binance', e.symbol, e.side, 10, 100, position_side => e.position_side)),
    'existing pending_cancels',
    format('the slot is held: %s %s', e.status, e.position_side)
)
from ends as e;

-- At once: the stop-loss is named, and nothing else is left.
create table at_once as
select *
from (values ('A1USDT', 's1'), ('A2USDT', 'id'), ('A3USDT', 'both')) as a (symbol, named);
do $$
declare
    v_close at_once;
begin
    for v_close in select * from at_once loop
        call given(v_close.symbol, 'active');
    end loop;
end
$$;
select is(
    line(tradelatch.confirm_close(
        id(a.symbol), 'stop-loss hit',
        case a.named
            when 's1' then array[order_of(a.symbol, 's1')]
            when 'id' then array['id:stop-' || a.symbol]
            else array['who', order_of(a.symbol, 's1'), 'id:stop-' || a.symbol]
        end,
        94.5, -55
    )),
    'ok closed',
    'an active one whose stop-loss triggered, by anybody, named by ' || a.named
)
from at_once as a;
select results_eq(
    $$
        select p.status, p.exit_price::numeric, p.realized_pnl::numeric, p.stop_loss_order, p.stop_loss_order_id::text, p.orders_arrived
        from at_once as a
        cross join lateral book_row(a.symbol) as p
    $$,
    $$
        select 'closed', 94.5, -55::numeric, null::text, null::text, '{}'::text[]
        from at_once
    $$,
    'however it is named, the book says the same'
);
call given('PLAINUSDT', 'active');
select is(
    line(tradelatch.confirm_close(id('PLAINUSDT'), 'x', array[order_of('PLAINUSDT', 's1')], fence => fence('PLAINUSDT'))),
    'ok closed driven',
    'by the driver'
);
select is(
    ((book_row('PLAINUSDT')).stop_loss_order, (book_row('PLAINUSDT')).stop_loss_order_id::text), (null::text, null::text), 'the same'
);
select is(
    event('PLAINUSDT'),
    format(
        'confirm_close active>closed fence {"reason": "x", "attempt": null, "exit_price": null, "orders_ended": ["%s"], "realized_pnl": null}',
        order_of('PLAINUSDT', 's1')
    ),
    'the log has it'
);

-- What is over.
select unchanged(
    $$confirm_close(id('PLAINUSDT'), 'x')$$, 'replayed closed', 'the same call again, by anybody'
);
select unchanged(
    $$confirm_close(id('PLAINUSDT'), 'x', array['who'], fence => fence('PLAINUSDT'))$$, 'replayed closed driven', 'and by the driver'
);
select unchanged(
    $$confirm_close(id('A1USDT'), 'stop-loss hit', '{}', 94.50, -55.0)$$, 'replayed closed', 'the same call with numbers again'
);
select refused(
    format('confirm_close(id(''A1USDT''), %L, ''{}'', %L, %L)', v.reason, v.exit_price, v.realized_pnl),
    'TL002',
    format('another call: %s, %s, %s', v.reason, coalesce(v.exit_price::text, 'null'), coalesce(v.realized_pnl::text, 'null'))
)
from (values
    ('Stop-loss hit', 94.5, -55), ('stop-loss hit', 94.4, -55), ('stop-loss hit', 94.5, 55),
    ('stop-loss hit', null, -55), ('stop-loss hit', 94.5, null)
) as v (reason, exit_price, realized_pnl);
select refused(
    $$confirm_close(id('PLAINUSDT'), 'x', fence => fence('A1USDT'))$$, 'TL003', 'the same call with another fence'
);
create table before as
select id('PLAINUSDT') as position_id;
select is(
    line(tradelatch.create_position('binance', 'PLAINUSDT', 'long', 5, 100)),
    'created pending_entry driven, entry buy 5 opening e1',
    'the slot is free'
);
select unchanged(
    format('confirm_close(%s, ''x'')', b.position_id),
    'replayed closed',
    'the same call again, when the slot is somebody else''s'
)
from before as b;

-- Facts may be late.
call given('LATEUSDT', 'pending_close');
call lapse('LATEUSDT', '1 day');
select is(
    line(tradelatch.confirm_close(id('LATEUSDT'), 'x', array[order_of('LATEUSDT', 's1')], fence => fence('LATEUSDT'))),
    'ok closed driven',
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
select refused_values('confirm_close', g.arguments, 'orders_ended', bad_orders()) from good as g;
select refused_values('confirm_close', g.arguments, 'lease', bad_intervals() || array['0']) from good as g;
select refused_values(
    'confirm_close', g.arguments || jsonb_build_object('orders_ended', orders_of('BADUSDT', 's1')::text), 'lease',
    bad_intervals() || array['0']
)
from good as g;
select refused_values('confirm_close', g.arguments, 'exit_price', optional(bad_amounts())) from good as g;
select refused_values('confirm_close', g.arguments, 'realized_pnl', bad_moneys()) from good as g;
select refused_values('confirm_close', g.arguments, 'details', bad_details()) from good as g;

-- Who may.
select is(
    (try(
        $$confirm_close(
            id('BADUSDT'), repeat('x', 1000), array[order_of('BADUSDT', 's1')], 999999999999999999999999999999,
            -999999999999999999999999999999
        )$$,
        role => r.role
    )).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'ok closed'),
    ('tradelatch_operator', 'replayed closed')
) as r (role, seen);

-- Whether nothing is open is judged by a look, and what moved the exposure since is not in it: by the short way, and by the long one.
call given('SEENUSDT', 'active');
call given('LEFTUSDT', 'active');
create table seen as
select symbol, exposure_at
from tradelatch.positions
where symbol in ('SEENUSDT', 'LEFTUSDT');
create function gone(symbol text, since interval)
returns text
language sql
as $$
select format(
    'confirm_close(id(%L), ''hit'', %s, attempt => md5(%L)::uuid, observed_at => %L)', gone.symbol,
    case gone.symbol when 'LEFTUSDT' then '''{}''' else format('array[order_of(%L, ''s1'')]', gone.symbol) end,
    gone.symbol, s.exposure_at + gone.since
)
from seen as s
where s.symbol = gone.symbol
$$;
select refused(gone(s.symbol, interval '-1 microsecond'), 'TL009', 'the exposure moved after that was seen')
from seen as s;
select refused(gone(s.symbol, interval '1 hour'), '22023 observed_at', 'nobody has seen the future')
from seen as s;
select is(
    (try(gone(s.symbol, interval '0'))).seen, v.answer, format('%s: nothing moved since', s.symbol)
)
from seen as s
inner join (values ('SEENUSDT', 'ok closed'), ('LEFTUSDT', 'ok pending_cancels driven, cancel s1')) as v (symbol, answer)
    on v.symbol = s.symbol;

select explained();
select * from finish();
rollback;
