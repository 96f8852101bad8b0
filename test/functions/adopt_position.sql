begin;
\ir setup.psql
select plan(220);

select declared_as_move(
    'adopt_position',
    'exchange text, symbol text, side text, quantity numeric, average_price numeric, observed_at timestamptz, '
    'account text = ''default'', position_side text = ''both'', stop_loss_price numeric = null, stop_loss_order_id text = null, '
    'stop_loss_percent numeric = null, attempt uuid = null, lease interval = ''1 minute'', details jsonb = ''{}'''
);

-- A position ended so long ago.
create procedure ended(symbol text, ago interval)
language plpgsql
as $$
begin
    perform set_config('session_replication_role', 'replica', true);
    update monitoring.positions as p set closed_at = clock_timestamp() - ended.ago where p.id = id(ended.symbol);
    perform set_config('session_replication_role', 'origin', true);
end
$$;

-- Without its stop-loss: pending_sl. With it: active, and nothing is due. * stands for closing orders that nobody can name: to be
-- cancelled, unless it may be the stop-loss.

select is(
    line(tradelatch.adopt_position(
        'binance', a.symbol, a.side, 61, 3.2295, clock_timestamp(), position_side => a.position_side, stop_loss_price => a.price,
        stop_loss_order_id => a.order_id
    )),
    a.line,
    format('%s %s, stop-loss %s %s', a.position_side, a.side, coalesce(a.price::text, 'none'), a.order_id)
)
from (values
    ('A1USDT', 'long', 'both', null, null, 'created pending_sl driven, cancel *, stop_loss sell 61 reduce-only s1'),
    ('A2USDT', 'short', 'both', null, null, 'created pending_sl driven, cancel *, stop_loss buy 61 reduce-only s1'),
    ('A3USDT', 'long', 'both', 3.1, 'theirs', 'created active driven, cancel *'),
    ('A4USDT', 'short', 'both', 3.1, 'theirs', 'created active driven, cancel *'),
    ('A5USDT', 'long', 'both', 3.3, null, 'created active driven'),
    ('A6USDT', 'long', 'long', null, null, 'created pending_sl driven, cancel *, stop_loss sell 61 reduce-only s1'),
    ('A6USDT', 'short', 'short', 3.3, 'theirs', 'created active driven, cancel *')
) as a (symbol, side, position_side, price, order_id, line);
select results_eq(
    $$
        select
            p.symbol collate "default", p.side, p.status, p.quantity, p.filled_quantity, p.open_quantity, p.entry_price, p.average_price,
            p.stop_loss_price, p.stop_loss_order_id collate "default", p.origin, p.entry_client_order_id collate "default", p.exchange_order_id collate "default", p.request_id collate "default",
            p.opened_at between now() and clock_timestamp(), p.activated_at between now() and clock_timestamp(), p.closed_at,
            p.stop_loss_order collate "default", p.orders_left collate "default"
        from tradelatch.positions as p
        where p.symbol in ('A1USDT', 'A4USDT', 'A5USDT')
        order by p.symbol
    $$,
    $$
        values
            (
                'A1USDT', 'long', 'pending_sl', 61::numeric, 61::numeric, 61::numeric, 3.2295, 3.2295,
                null, null, 'adopted', null::text, null::text, null::text,
                true, null, null::timestamptz,
                null::text, array['*', order_of('A1USDT', 's1')]
            ),
            (
                'A4USDT', 'short', 'active', 61, 61, 61, 3.2295, 3.2295,
                3.1, 'theirs', 'adopted', null, null, null,
                true, true, null,
                'id:theirs', '{id:theirs,*}'
            ),
            (
                'A5USDT', 'long', 'active', 61, 61, 61, 3.2295, 3.2295,
                3.3, null, 'adopted', null, null, null,
                true, true, null,
                null, '{*}'
            )
    $$,
    'as found: it stands for what was asked for and for what was filled'
);
select is(
    event('A4USDT'),
    'adopt_position >active fence {"side": "short", "attempt": null, "quantity": 61, "signal_id": null, "request_id": null, '
    '"entry_price": 3.2295, "stop_loss_price": 3.1, "stop_loss_percent": null}',
    'the log begins with what was found'
);
select is(
    line(tradelatch.adopt_position(
        exchange => ' BinanceUSDM ', symbol => ' met/usdt:usdt ', side => ' LONG ', quantity => 10, average_price => 100,
        observed_at => clock_timestamp(), stop_loss_percent => 2.5, account => ' second ', position_side => ' Long ',
        attempt => '00000000-0000-0000-0000-000000000001', lease => '1 hour',
        details => '{"seen": 2}'
    )),
    'created pending_sl driven, cancel *, stop_loss sell 10 at 97.5 reduce-only s1',
    'every argument, in other spellings'
);
select results_eq(
    $$
        select p.exchange collate "default", p.account collate "default", p.symbol collate "default", p.position_side collate "default", p.side, p.stop_loss_percent, p.details
        from tradelatch.positions as p
        where p.position_id = id('METUSDT')
    $$,
    $$values ('binance', 'second', 'METUSDT', 'long', 'long', 2.5, '{"seen": 2}'::jsonb)$$,
    'the slot is canonical'
);
select ok(
    (book_row(s.symbol)).lease_until between now() + s.lease and clock_timestamp() + s.lease, format('the lease is %s', s.lease)
)
from (values ('A1USDT', interval '1 minute'), ('METUSDT', '1 hour')) as s (symbol, lease);

select is(
    line(tradelatch.adopt_position('binance', v.symbol, v.side, 10, 100, clock_timestamp(), position_side => v.position_side)),
    format('created pending_sl driven, cancel *, stop_loss %s 10 reduce-only s1', v.order_side),
    format('as an exchange may say it: %s', v.side)
)
from (values
    ('BUYUSDT', 'buy', 'both', 'sell'), ('SELLUSDT', 'Sell', 'short', 'buy')
) as v (symbol, side, position_side, order_side);

-- It is claimed by nobody, or it is not adopted.

call given('S1USDT', 'pending_entry');
call given('S2USDT', 'entry_placed');
call given('S3USDT', 'pending_sl');
call given('S4USDT', 'active');
call given('S5USDT', 'pending_close');
call given('S6USDT', 'pending_rollback');
call given('S7USDT', 'pending_cancels');
create table held as
select p.symbol, p.status, p::text as before
from monitoring.positions as p
where p.symbol like 'S_USDT';
select is(
    line(tradelatch.adopt_position('binance', h.symbol, 'long', 10, 100, clock_timestamp(), stop_loss_price => 90)),
    'existing ' || h.status,
    h.status || ' holds the slot: no fence, no lease, no order'
)
from held as h;
select is((book_row(h.symbol))::text, h.before, h.status || ' stays as it was')
from held as h;
select is(
    event(h.symbol),
    format(
        'duplicate_prevented %s>%s nobody {"side": "long", "origin": "adopted", "quantity": 10, "signal_id": null, '
        '"request_id": null, "entry_price": 100}',
        h.status, h.status
    ),
    h.status || ' has the prevented duplicate in its log'
)
from held as h;
select is(
    (tradelatch.create_position('binance', 'A1USDT', 'long', 10, 100)).outcome, 'existing', 'what is adopted holds the slot, too'
);
call given('T1USDT', 'closed');
call given('T2USDT', 'failed');
call ended('T1USDT', '1 minute');
call ended('T2USDT', '1 minute');
select is(
    line(tradelatch.adopt_position('binance', t.symbol, 'short', 10, 100, clock_timestamp())),
    'created pending_sl driven, cancel *, stop_loss buy 10 reduce-only s1',
    t.symbol || ': what is over does not'
)
from (values ('T1USDT'), ('T2USDT')) as t (symbol);
select refused(
    format($$adopt_position('binance', 'A6USDT', %L, 61, 3.2295, clock_timestamp())$$, p.side),
    'TL006',
    'one-way where hedge is open: ' || p.side
)
from (values ('long'), ('short')) as p (side);
select refused(
    format($$adopt_position('binance', 'A1USDT', %L, 61, 3.2295, clock_timestamp(), position_side => %L)$$, p.side, p.side),
    'TL006',
    'hedge where one-way is open: ' || p.side
)
from (values ('long'), ('short')) as p (side);

-- What was seen before the slot last moved says nothing of it.

create table moved as
select *
from (values
    ('M1USDT', 'long', 'both', 'long', 'both', interval '6 seconds', false),
    ('M2USDT', 'long', 'both', 'long', 'both', '1 hour', false),
    ('M3USDT', 'long', 'both', 'short', 'both', '4 seconds', true),
    ('M4USDT', 'long', 'both', 'long', 'long', '6 seconds', false),
    ('M5USDT', 'short', 'short', 'long', 'both', '6 seconds', false),
    ('M6USDT', 'long', 'long', 'long', 'long', '6 seconds', false),
    ('M7USDT', 'short', 'short', 'long', 'long', '6 seconds', true),
    ('M8USDT', 'short', 'short', 'long', 'long', '0', true)
) as m (symbol, side, position_side, seen_side, seen_position_side, before, is_adopted);
do $$
declare
    v_moved moved;
begin
    for v_moved in select * from moved loop
        call given(v_moved.symbol, 'closed', v_moved.side, v_moved.position_side);
        call ended(v_moved.symbol, '10 seconds');
    end loop;
end
$$;
select is(
    (try(
        format(
            'adopt_position(''binance'', %L, %L, 10, 100, clock_timestamp() - interval %L, position_side => %L)',
            m.symbol, m.seen_side, m.before, m.seen_position_side
        ),
        look => 'select ''adopted'''
    )).seen,
    case when m.is_adopted then 'adopted' else 'TL009' end,
    format('%s ended 10 s ago, %s was seen %s ago', m.position_side, m.seen_position_side, m.before)
)
from moved as m;
select is(
    (try($$adopt_position('binance', 'M1USDT', 'long', 10, 100, clock_timestamp() - interval '6 seconds')$$)).detail::jsonb ->> 'moved_at',
    to_json((book_row('M1USDT')).closed_at) #>> '{}',
    'DETAIL says when it moved'
);
select is(
    (tradelatch.adopt_position(
        s.exchange, 'M1USDT', 'long', 10, 100, clock_timestamp() - interval '1 hour', account => s.account
    )).outcome,
    'created',
    format('another slot did not: %s %s', s.exchange, s.account)
)
from (values ('bybit', 'default'), ('binance', 'second')) as s (exchange, account);
call given('HELDUSDT', 'active');
select is(
    line(tradelatch.adopt_position('binance', 'HELDUSDT', 'long', 10, 100, clock_timestamp() - interval '1 hour')),
    'existing active',
    'what is held is existing, whenever it was seen'
);
select is(
    (tradelatch.adopt_position(
        'binance', 'RETRYUSDT', 'long', 10, 100, clock_timestamp(), attempt => '00000000-0000-0000-0000-0000000000d1'
    )).outcome,
    'created',
    'adopted'
);
create table retry as
select id('RETRYUSDT') as position_id;
select is(
    line(tradelatch.confirm_close(id('RETRYUSDT'), 'x', array['*', order_of('RETRYUSDT', 's1')], fence => fence('RETRYUSDT'))),
    'ok closed driven',
    'it ends'
);
call given('RETRYUSDT', 'canceled');
select is(
    (tradelatch.adopt_position(
        'binance', 'RETRYUSDT', 'long', 10, 100, clock_timestamp(), attempt => '00000000-0000-0000-0000-0000000000d1'
    )).position_id,
    r.position_id,
    'the same call again is answered with its position, whoever had the slot since'
)
from retry as r;

-- An attempt: one call, and its retries.

create table attempts as
select *
from (values
    ('R1USDT', null, 'pending_sl driven, cancel *, stop_loss sell 10 reduce-only s1'), ('R2USDT', 90, 'active driven')
) as r (symbol, price, line);
select is(
    line(tradelatch.adopt_position(
        'binance', r.symbol, 'long', 10, 100, clock_timestamp(), stop_loss_price => r.price, attempt => md5(r.symbol)::uuid
    )),
    'created ' || r.line,
    'a call'
)
from attempts as r;
select unchanged(
    format(
        $$adopt_position(
            'binance', %L, 'LONG', 10.0, 100.0, clock_timestamp() - interval '1 day', stop_loss_price => %L, attempt => %L,
            lease => '1 hour', details => '{"a": 1}'
        )$$,
        r.symbol, r.price, md5(r.symbol)
    ),
    'replayed ' || r.line,
    'the same call again: ' || r.line
)
from attempts as r;
select refused(
    format(
        $$adopt_position(%L, %L, %L, %L, %L, clock_timestamp(), %L, %L, attempt => %L)$$,
        v.exchange, v.symbol, v.side, v.quantity, v.average_price, v.account, v.position_side, md5('R1USDT')
    ),
    'TL005',
    'its attempt with another ' || v.argument
)
from (values
    ('exchange', 'bybit', 'R1USDT', 'long', 10, 100, 'default', 'both'),
    ('symbol', 'binance', 'R1USDC', 'long', 10, 100, 'default', 'both'),
    ('side', 'binance', 'R1USDT', 'short', 10, 100, 'default', 'both'),
    ('quantity', 'binance', 'R1USDT', 'long', 9, 100, 'default', 'both'),
    ('average_price', 'binance', 'R1USDT', 'long', 10, 99, 'default', 'both'),
    ('account', 'binance', 'R1USDT', 'long', 10, 100, 'second', 'both'),
    ('position_side', 'binance', 'R1USDT', 'long', 10, 100, 'default', 'long')
) as v (argument, exchange, symbol, side, quantity, average_price, account, position_side);
select refused(
    format($$create_position('binance', 'R1USDT', 'long', 10, 100, attempt => %L)$$, md5('R1USDT')),
    'TL005',
    'its attempt for a creation'
);
call given('CREATEDUSDT', 'pending_entry', attempt => '00000000-0000-0000-0000-0000000000c1');
select refused(
    $$adopt_position('binance', 'CREATEDUSDT', 'long', 10, 100, clock_timestamp(), attempt => '00000000-0000-0000-0000-0000000000c1')$$,
    'TL005',
    'an attempt that was a creation'
);
call given('CLOSEDUSDT', 'active');
select is(
    (tradelatch.begin_close(id('CLOSEDUSDT'), 'exit', attempt => '00000000-0000-0000-0000-0000000000c2')).outcome,
    'ok',
    'a begin_close'
);
select refused(
    $$adopt_position('binance', 'OTHERUSDT', 'long', 10, 100, clock_timestamp(), attempt => '00000000-0000-0000-0000-0000000000c2')$$,
    'TL005',
    'an attempt that was a begin_close'
);
select is(
    line(tradelatch.adopt_position('binance', 'R1USDT', 'long', 10, 100, clock_timestamp(), attempt => md5('another')::uuid)),
    'existing pending_sl',
    'another attempt is somebody else'
);
call claim('R1USDT');
select unchanged(
    format($$adopt_position('binance', 'R1USDT', 'long', 10, 100, clock_timestamp(), attempt => %L)$$, md5('R1USDT')),
    'replayed pending_sl',
    'after claim_stale it carries nothing'
);
select is(
    line(tradelatch.begin_close(id('R2USDT'), 'somebody else')),
    'ok pending_close driven, close sell 10 reduce-only c1',
    'somebody else begins to close'
);
select unchanged(
    format($$adopt_position('binance', 'R2USDT', 'long', 10, 100, clock_timestamp(), attempt => %L)$$, md5('R2USDT')),
    'replayed pending_close',
    'then it carries nothing, either'
);
select is(
    line(tradelatch.confirm_close(id('R2USDT'), 'x', array['*'], fence => fence('R2USDT'))), 'ok closed driven', 'closed'
);
select unchanged(
    format($$adopt_position('binance', 'R2USDT', 'long', 10, 100, clock_timestamp(), attempt => %L)$$, md5('R2USDT')),
    'replayed closed',
    'nor when it is over'
);

-- What is refused.

create table good as
select jsonb_build_object(
    'exchange', 'binance', 'symbol', 'NEWUSDT', 'side', 'long', 'quantity', '10', 'average_price', '100', 'position_side', 'long',
    'stop_loss_price', '90', 'observed_at', clock_timestamp()
) as arguments;
select refused_values('adopt_position', g.arguments, 'exchange', bad_texts(50) || array[U&'\feffbinance']) from good as g;
select refused_values(
    'adopt_position', g.arguments, 'symbol', bad_texts(64) || array['NEW/', 'N EWUSDT', U&'N\3000EWUSDT', U&'NEW\200BUSDT']
)
from good as g;
select refused_values(
    'adopt_position', g.arguments, 'account', bad_texts(64) || array[U&'second\00a0', U&'sec\200Bond']
)
from good as g;
select refused_values('adopt_position', g.arguments, 'side', bad_texts(5) || array['buys', 'both']) from good as g;
select refused_values(
    'adopt_position', g.arguments, 'position_side', bad_texts(5) || array['short', 'buy', 'none']
)
from good as g;
select refused_values('adopt_position', g.arguments, 'quantity', bad_amounts()) from good as g;
select refused_values('adopt_position', g.arguments, 'average_price', bad_amounts()) from good as g;
select refused_values('adopt_position', g.arguments, 'stop_loss_price', optional(bad_amounts())) from good as g;
select refused_values('adopt_position', g.arguments, 'stop_loss_percent', optional(bad_amounts()) || array['100', '101']) from good as g;
select refused_values(
    'adopt_position', g.arguments, 'observed_at',
    array[null, 'infinity', '-infinity', (clock_timestamp() + interval '1 minute')::text]
)
from good as g;
select refused_values('adopt_position', g.arguments, 'stop_loss_order_id', optional(bad_texts(100))) from good as g;
select refused_values('adopt_position', g.arguments, 'lease', bad_intervals() || array['0']) from good as g;
select refused_values('adopt_position', g.arguments, 'details', bad_details()) from good as g;
select refused(
    $$adopt_position('binance', 'NEWUSDT', 'long', 10, 100, clock_timestamp(), stop_loss_order_id => 'theirs')$$,
    '22023 stop_loss_price',
    'the order of a stop-loss without its price'
);
select is(id('NEWUSDT'), null, 'nothing of that is in the book');
select is(
    line(tradelatch.adopt_position(
        exchange => repeat('x', 50),
        symbol => repeat('X', 64),
        side => 'long',
        quantity => 999999999999999999999999999999.999999999999,
        average_price => 0.000000000000000000000001,
        observed_at => '1970-01-01',
        stop_loss_percent => 99.999999,
        account => repeat('x', 64),
        stop_loss_price => 999999999999999999999999999999,
        stop_loss_order_id => repeat('x', 100), lease => '1 microsecond', details => jsonb_build_object('key', repeat('x', 32000))
    )),
    'created active driven, cancel *',
    'as long, as large and as small as it may be'
);

-- Who may.

select is(
    (try($$adopt_position('binance', 'NEWUSDT', 'long', 10, 100, clock_timestamp())$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'created pending_sl driven, cancel *, stop_loss sell 10 reduce-only s1'),
    ('tradelatch_operator', 'existing pending_sl')
) as r (role, seen);

select explained();
select * from finish();
rollback;
