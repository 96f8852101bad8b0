begin;
\ir setup.psql
select plan(210);

select declared_as_move(
    'create_position',
    'exchange text, symbol text, side text, quantity numeric, entry_price numeric, account text = ''default'', '
    'position_side text = ''both'', request_id text = null, attempt uuid = null, lease interval = ''1 minute'', '
    'stop_loss_percent numeric = null, signal_id bigint = null, details jsonb = ''{}'''
);

-- What it is asked for, stored as it was asked for.

select is(
    line(tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333)),
    'created pending_entry driven, entry sell 61.8 opening e1',
    'a short position is opened by selling'
);
select is(
    line(tradelatch.create_position('bybit', 'AVLUSDT', 'long', 43, 0.1358)),
    'created pending_entry driven, entry buy 43 opening e1',
    'a long position is opened by buying'
);
select results_eq(
    $$
        select
            p.exchange collate "default", p.account collate "default", p.symbol collate "default", p.position_side collate "default", p.side, p.status, p.quantity, p.filled_quantity, p.entry_price,
            p.average_price, p.stop_loss_price, p.open_quantity, p.origin, p.request_id collate "default", p.signal_id, p.stop_loss_percent,
            p.exchange_order_id collate "default", p.details, p.opened_at, p.activated_at, p.closed_at, p.orders_left collate "default", p.stop_loss_order collate "default", p.is_driven
        from tradelatch.positions as p
        where p.position_id = id('APTUSDT')
    $$,
    $$
        values (
            'binance', 'default', 'APTUSDT', 'both', 'short', 'pending_entry', 61.8, 0::numeric, 3.2333,
            null::numeric, null::numeric, 0::numeric, 'created', null::text, null::bigint, null::numeric,
            null::text, '{}'::jsonb, null::timestamptz, null::timestamptz, null::timestamptz,
            array[order_of('APTUSDT', 'e1')], null::text, true
        )
    $$,
    'what is not told takes its default'
);
select is(
    event('APTUSDT'),
    'create_position >pending_entry fence '
    '{"side": "short", "attempt": null, "quantity": 61.8, "signal_id": null, "request_id": null, "entry_price": 3.2333, '
    '"stop_loss_price": null, "stop_loss_percent": null}',
    'the log begins with what was asked for'
);
select is(
    line(tradelatch.create_position(
        exchange => ' BinanceUSDM ',
        symbol => ' met/usdt:usdt ',
        side => ' LONG ',
        quantity => 10,
        entry_price => 100,
        account => ' second ',
        position_side => ' Long ',
        request_id => 'signal:5483266',
        attempt => '00000000-0000-0000-0000-000000000001',
        lease => '1 hour',
        stop_loss_percent => 2,
        signal_id => 5483266,
        details => '{"strategy": "breakout"}'
    )),
    'created pending_entry driven, entry buy 10 opening e1',
    'every argument, in other spellings'
);
select results_eq(
    $$
        select
            p.exchange collate "default", p.account collate "default", p.symbol collate "default", p.position_side collate "default",
            p.side, p.request_id collate "default", p.signal_id, p.stop_loss_percent, p.details
        from tradelatch.positions as p
        where p.position_id = id('METUSDT')
    $$,
    $$
        values (
            'binance', 'second', 'METUSDT', 'long', 'long', 'signal:5483266', 5483266::bigint, 2::numeric,
            '{"strategy": "breakout"}'::jsonb
        )
    $$,
    'the slot is canonical, the rest is as told'
);
select is(
    event('METUSDT'),
    'create_position >pending_entry fence '
    '{"side": "long", "attempt": "00000000-0000-0000-0000-000000000001", "quantity": 10, "strategy": "breakout", '
    '"signal_id": 5483266, "request_id": "signal:5483266", "entry_price": 100, "stop_loss_price": null, "stop_loss_percent": 2}',
    'the log has the details of the caller, too'
);
select ok(
    (book_row(s.symbol)).lease_until between now() + s.lease and clock_timestamp() + s.lease,
    format('the lease is %s', s.lease)
)
from (values ('APTUSDT', interval '1 minute'), ('METUSDT', '1 hour')) as s (symbol, lease);
select matches(
    order_of(s.symbol, 'e1'),
    '^tl[0-9a-f]{22}e1$',
    'a client order id that every exchange takes'
)
from (values ('APTUSDT'), ('AVLUSDT')) as s (symbol);
select isnt(order_of('APTUSDT', 'e1'), order_of('AVLUSDT', 'e1'), 'each position has its own');
select isnt(fence('APTUSDT'), fence('AVLUSDT'), 'and its own fence');

select is(
    line(tradelatch.create_position('binance', v.symbol, v.side, 10, 100, position_side => v.position_side)),
    format('created pending_entry driven, entry %s 10 opening e1', v.order_side),
    format('the order that opens it says the side, too: %s', v.side)
)
from (values
    ('BUYUSDT', 'buy', 'both', 'buy'), ('SELLUSDT', 'SELL', 'both', 'sell'), ('BOTHUSDT', ' Buy ', 'long', 'buy'),
    ('BOTHUSDT', 'sell', 'short', 'sell')
) as v (symbol, side, position_side, order_side);
select is((book_row(v.symbol)).side::text, v.side, format('and %s is %s', v.symbol, v.side))
from (values ('BUYUSDT', 'long'), ('SELLUSDT', 'short')) as v (symbol, side);

-- A slot is held by every open status, and freed by every terminal one.

call given('S1USDT', 'pending_entry');
call given('S2USDT', 'entry_placed');
call given('S3USDT', 'pending_sl');
call given('S4USDT', 'active');
call given('S5USDT', 'pending_close');
call given('S6USDT', 'pending_rollback');
call given('S7USDT', 'pending_cancels');
call given('S8USDT', 'pending_cancels', ends_as => 'rolled_back');
call given('T1USDT', 'closed');
call given('T2USDT', 'rolled_back');
call given('T3USDT', 'canceled');
call given('T4USDT', 'failed');

create table held as
select p.symbol, p.status, p::text as before
from monitoring.positions as p
where p.symbol similar to '(S|T)_USDT';

select is(
    line(tradelatch.create_position('binance', h.symbol, 'long', 10, 100)),
    'existing ' || h.status,
    h.status || ' holds the slot: no fence, no lease, no order'
)
from held as h
where h.symbol like 'S%';
select is(
    (book_row(h.symbol))::text,
    h.before,
    h.status || ' stays as it was'
)
from held as h;
select is(
    event(h.symbol),
    format(
        'duplicate_prevented %s>%s nobody {"side": "long", "origin": "created", "quantity": 10, "signal_id": null, '
        '"request_id": null, "entry_price": 100}',
        h.status, h.status
    ),
    h.status || ' has the prevented duplicate in its log'
)
from held as h
where h.symbol like 'S%';
select is(
    line(tradelatch.create_position('binance', h.symbol, 'long', 10, 100)),
    'created pending_entry driven, entry buy 10 opening e1',
    h.status || ' frees the slot'
)
from held as h
where h.symbol like 'T%';

-- The latch: what is flat holds its slot until nothing of it is left on the exchange.
select is(
    line(tradelatch.confirm_orders(id(s.symbol), orders_of(s.symbol, 's1'), fence => fence(s.symbol))),
    format('ok %s driven', s.status),
    'the last order left ends: ' || s.status
)
from (values ('S7USDT', 'closed'), ('S8USDT', 'rolled_back')) as s (symbol, status);
select is(
    line(tradelatch.create_position('binance', s.symbol, 'long', 10, 100)),
    'created pending_entry driven, entry buy 10 opening e1',
    s.symbol || ': then the slot is free'
)
from (values ('S7USDT'), ('S8USDT')) as s (symbol);

select is(
    (tradelatch.create_position(
        s.exchange, s.symbol, 'long', 10, 100, account => s.account, position_side => s.position_side
    )).position_id,
    id('APTUSDT'),
    format('the same slot: "%s" "%s" "%s" "%s"', s.exchange, s.symbol, s.account, s.position_side)
)
from (values
    ('binance', 'APT/USDT:USDT', 'default', 'both'),
    (' Binance ', 'APTUSDT', 'default', 'both'),
    ('BINANCE', ' aptusdt ', ' default ', ' BOTH '),
    ('binanceusdm', 'APT/USDT', 'default', 'both'),
    (' BinanceUSDM ', 'apt/usdt', 'default', 'Both')
) as s (exchange, symbol, account, position_side);
select is(
    (tradelatch.create_position(s.exchange, s.symbol, 'short', 61.8, 3.2333, account => s.account)).outcome,
    'created',
    format('another slot: "%s" "%s" "%s"', s.exchange, s.symbol, s.account)
)
from (values
    ('bybit', 'APTUSDT', 'default'),
    ('a venue of its own', 'APTUSDT', 'default'),
    ('binance', 'APTUSDT', 'second'),
    ('binance', 'APTUSDT', 'Default'),
    ('binance', 'APTUSDC', 'default'),
    ('binance', 'APTUSDT-261225', 'default')
) as s (exchange, symbol, account);

-- Hedge mode: long and short beside each other, and never beside a one-way position.

call given('HEDGEUSDT', 'pending_entry', 'long', 'long');
select is(
    line(tradelatch.create_position('binance', 'HEDGEUSDT', 'short', 5, 100, position_side => 'short')),
    'created pending_entry driven, entry sell 5 opening e1',
    'short beside long'
);
select is(
    line(tradelatch.create_position('binance', 'HEDGEUSDT', p.side, 10, 100, position_side => p.side)),
    'existing pending_entry',
    'each of the two is a slot: ' || p.side
)
from (values ('long'), ('short')) as p (side);
select is(
    (tradelatch.create_position('binance', 'HEDGEUSDT', p.side, 10, 100, position_side => p.side)).position_id,
    id('HEDGEUSDT', p.side),
    'and the holder is the one of that side: ' || p.side
)
from (values ('long'), ('short')) as p (side);
select refused(
    format($$create_position('binance', 'HEDGEUSDT', %L, 10, 100)$$, p.side),
    'TL006',
    'one-way where hedge is open: ' || p.side
)
from (values ('long'), ('short')) as p (side);
call given('WAYUSDT', 'active');
select refused(
    format($$create_position('binance', 'WAYUSDT', %L, 10, 100, position_side => %L)$$, p.side, p.side),
    'TL006',
    'hedge where one-way is open: ' || p.side
)
from (values ('long'), ('short')) as p (side);
select is(
    (try($$create_position('binance', 'WAYUSDT', 'short', 10, 100, position_side => 'short')$$)).detail::jsonb ->> 'position_id',
    id('WAYUSDT')::text,
    'DETAIL names the position that is in the way'
);
call given('MODEUSDT', 'closed', 'long', 'long');
select is(
    (tradelatch.create_position('binance', 'MODEUSDT', 'long', 10, 100)).outcome,
    'created',
    'a mode holds no longer than its positions'
);

-- What is refused.

create table good as
select jsonb_build_object(
    'exchange', 'binance', 'symbol', 'NEWUSDT', 'side', 'long', 'quantity', '10', 'entry_price', '100', 'position_side', 'long'
) as arguments;
select refused_values('create_position', g.arguments, 'exchange', bad_texts(50) || array[U&'\feffbinance']) from good as g;
select refused_values(
    'create_position', g.arguments, 'symbol', bad_texts(64) || array['NEW/', 'N EWUSDT', U&'N\3000EWUSDT', U&'NEW\200BUSDT']
)
from good as g;
select refused_values(
    'create_position', g.arguments, 'account', bad_texts(64) || array[U&'second\00a0', U&'sec\200Bond']
)
from good as g;
select refused_values('create_position', g.arguments, 'request_id', optional(bad_texts(200))) from good as g;
select refused_values(
    'create_position', g.arguments, 'side', bad_texts(5) || array['buys', 'both', 'longer']
)
from good as g;
select refused_values(
    'create_position', g.arguments, 'position_side', bad_texts(5) || array['short', 'buy', 'none']
)
from good as g;
select refused_values('create_position', g.arguments, 'quantity', bad_amounts()) from good as g;
select refused_values('create_position', g.arguments, 'entry_price', bad_amounts()) from good as g;
select refused_values('create_position', g.arguments, 'stop_loss_percent', optional(bad_amounts()) || array['100', '101'])
from good as g;
select refused_values('create_position', g.arguments, 'lease', bad_intervals() || array['0', '-1 month 31 days', '1 month', '3651 days']) from good as g;
select refused_values('create_position', g.arguments, 'details', bad_details()) from good as g;
select is(id('NEWUSDT'), null, 'nothing of that is in the book');

select is(
    line(tradelatch.create_position(
        exchange => repeat('x', 50),
        symbol => repeat('X', 64),
        side => 'long',
        quantity => 999999999999999999999999999999.999999999999,
        entry_price => 0.000000000000000000000001,
        account => repeat('x', 64),
        request_id => repeat('x', 200),
        lease => '1 microsecond',
        stop_loss_percent => 99.999999,
        signal_id => -9223372036854775808,
        details => jsonb_build_object('key', repeat('x', 32000))
    )),
    'created pending_entry driven, entry buy 999999999999999999999999999999.999999999999 opening e1',
    'as long, as large and as small as it may be'
);

-- Who may.

select is(
    (try($$create_position('binance', 'NEWUSDT', 'long', 10, 100)$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'created pending_entry driven, entry buy 10 opening e1'),
    ('tradelatch_operator', 'existing pending_entry')
) as r (role, seen);

select explained();
select * from finish();
rollback;
