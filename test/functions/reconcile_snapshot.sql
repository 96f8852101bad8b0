-- What is read out of a snapshot, what is recorded of it, and what is refused.

begin;
\ir setup.psql
\ir evidence.psql
select plan(158);

create table origin as
select clock_timestamp() - interval '30 minutes' as at;
create function at(after interval)
returns timestamptz
language sql
stable
return (select o.at + at.after from origin as o);
-- What is recorded of a symbol: position_side side quantity [price], since-until, its stop-loss.
create function sighted(symbol text, exchange text default 'binance', account text default 'default')
returns text[]
language sql
stable
security definer
return (
    select array_agg(
        concat_ws(
            ' ', s.position_side, coalesce(s.side, 'none'), trim_scale(s.quantity), 'at ' || trim_scale(s.average_price),
            extract(epoch from s.first_seen_at - at('0'))::integer || '-' || extract(epoch
                from s.last_seen_at - at('0'))::integer,
            'stop-loss ' || trim_scale(s.stop_loss_price), s.stop_loss_order_id,
            'none ' || extract(epoch from s.no_stop_loss_since - at('0'))::integer || '-'
            || extract(epoch from s.no_stop_loss_until - at('0'))::integer
        )
        order by s.position_side
    )
    from monitoring.sightings as s
    where s.symbol = sighted.symbol and s.exchange = sighted.exchange and s.account = sighted.account
);
create function reconciled(snapshot jsonb, after interval, complete boolean default false)
returns bigint
language sql
volatile
return (
    select count(*) from tradelatch.reconcile('binance', reconciled.snapshot, at(reconciled.after),
        complete => reconciled.complete, max_closes => 100)
);

-- Spellings.
select is(
    (
        select count(*)
        from tradelatch.reconcile(
            ' BinanceUSDM ', '[
                {"symbol": "apt/usdt:usdt", "side": " LONG ", "quantity": "61.80", "average_price": "3.2333",
                    "position_side": " Both "},
                {"symbol": " met/usdt ", "side": "Short", "quantity": 1e2, "average_price": "1E-3", "position_side": "SHORT"},
                {"symbol": "BTC/USDT:USDT-261225", "side": "long", "quantity": " 1 ", "average_price": 0},
                {"symbol": "BTC/USD:BTC", "side": "long", "quantity": ".5"}
            ]',
            at('0'), account => ' second '
        )
    ),
    4::bigint,
    'names in every spelling, numbers as strings'
);
select is(sighted(v.symbol, account => 'second'), v.seen, v.symbol)
from (values
    ('APTUSDT', '{"both long 61.8 at 3.2333 0-0"}'::text[]),
    ('METUSDT', '{"short short 100 at 0.001 0-0"}'),
    ('BTCUSDT-261225', '{"both long 1 0-0"}'),
    ('BTCUSD:BTC', '{"both long 0.5 0-0"}')
) as v (symbol, seen);
select is(
    (select array_agg(s.exchange || ' ' || s.account || ' ' || s.is_complete) from monitoring.snapshots as s),
    '{"binance second false"}'::text[],
    'the account is canonical, too'
);

-- Each exchange and account has its own latest snapshot.
select is(
    (
        select count(*)
        from tradelatch.reconcile(v.exchange, '[{"symbol": "APTUSDT", "side": "long", "quantity": 1}]', at('-1 minute'),
            account => v.account)
        as f
    ),
    1::bigint, v.exchange || ' ' || v.account
)
from (values ('binance', 'default'), ('bybit', 'second'), ('okx', 'default')) as v (exchange, account);
select is(sighted('APTUSDT', v.exchange, v.account), v.seen, v.exchange || ' ' || v.account)
from (values
    ('binance', 'default', '{"both long 1 -60--60"}'::text[]),
    ('binance', 'second', '{"both long 61.8 at 3.2333 0-0"}'),
    ('bybit', 'second', '{"both long 1 -60--60"}'),
    ('okx', 'default', '{"both long 1 -60--60"}'),
    ('okx', 'second', null)
) as v (exchange, account, seen);

-- Where no position_side is told: the symbol's open mode.
call given('M1USDT', 'active', 'long', 'long');
call given('M2USDT', 'active', 'short', 'short');
call given('M3USDT', 'active', 'long', 'long');
call given('M3USDT', 'active', 'short', 'short');
call given('M4USDT', 'active', 'long');
call later('1 hour');
select is(
    (
        select array_agg(f.check_name || ' ' || f.symbol || ' ' || f.position_side order by f.symbol)
        from tradelatch.reconcile('binance', '[
            {"symbol": "M1USDT", "side": "long", "quantity": 10},
            {"symbol": "M2USDT", "side": "short", "quantity": 10},
            {"symbol": "M3USDT", "side": "long", "quantity": 10},
            {"symbol": "M3USDT", "side": "short", "quantity": 10, "position_side": "short"},
            {"symbol": "M4USDT", "side": "long", "quantity": 10},
            {"symbol": "M5USDT", "side": "short", "quantity": 10},
            {"symbol": "M6USDT", "side": "short", "quantity": 10, "position_side": "short"}
        ]', at('0'), complete => true) as f
    ),
    '{"orphaned_exchange M5USDT both","orphaned_exchange M6USDT short"}'::text[],
    'what the book has agrees with it; what it has not is one-way unless told otherwise'
);
select is(sighted(v.symbol), v.seen, v.symbol)
from (values
    ('M1USDT', '{"long long 10 0-0"}'::text[]),
    ('M2USDT', '{"short short 10 0-0"}'),
    ('M3USDT', '{"long long 10 0-0","short short 10 0-0"}'),
    ('M4USDT', '{"both long 10 0-0"}')
) as v (symbol, seen);
select reconciled(
    '[
        {"symbol": "M1USDT", "side": "short", "quantity": 10},
        {"symbol": "M4USDT", "side": "short", "quantity": 10, "position_side": "short"}
    ]', '10 seconds'
);
select is(sighted(v.symbol), v.seen, v.symbol || ': the other side')
from (values
    ('M1USDT', '{"long long 10 0-0","short short 10 10-10"}'::text[]),
    ('M4USDT', '{"both long 10 0-0","short short 10 10-10"}')
) as v (symbol, seen);

-- Quantity 0 is flat, with a side or without; in a slot that is free it is nothing.
call given('Z1USDT', 'active');
call given('Z2USDT', 'active', 'short');
call given('Z3USDT', 'active', 'long', 'long');
call given('Z3USDT', 'active', 'short', 'short');
call given('Z4USDT', 'active', 'long', 'long');
call given('Z4USDT', 'active', 'short', 'short');
call later('1 hour');
update origin as o set at = clock_timestamp() - interval '30 minutes';
select reconciled(
    '[
        {"symbol": "Z1USDT", "quantity": 0},
        {"symbol": "Z2USDT", "side": "short", "quantity": "0.000"},
        {"symbol": "Z3USDT", "side": "long", "quantity": "0", "position_side": "long"},
        {"symbol": "Z4USDT", "quantity": 0},
        {"symbol": "Z5USDT", "side": null, "quantity": 0, "average_price": "0.0", "stop_loss_price": null}
    ]', '0'
);
select is(sighted(v.symbol), v.seen, v.symbol || ' is flat')
from (values
    ('Z1USDT', '{"both none 0 0-0"}'::text[]),
    ('Z2USDT', '{"both none 0 0-0"}'),
    ('Z3USDT', '{"long none 0 0-0"}'),
    ('Z4USDT', null),
    ('Z5USDT', null)
) as v (symbol, seen);
select reconciled('[{"symbol": "Z1USDT", "quantity": 0}, {"symbol": "Z2USDT", "side": "long", "quantity": 0}]', '5 seconds');
select lives_ok(
    $$select reconciled('[{"symbol": "Z9USDT", "side": "", "quantity": "0"}, {"symbol": "Z8USDT", "side": "None", "quantity": 0}]', '5 seconds')$$,
    'nothing is flat, whatever its side says'
);
select is(
    sighted(v.symbol), '{"both none 0 0-5"}'::text[], v.symbol || ' is flat still'
)
from (values ('Z1USDT'), ('Z2USDT')) as v (symbol);
select reconciled('[]', '6 seconds', complete => true);
select is(
    sighted(v.symbol), v.seen, v.symbol || ' is not in a complete one'
)
from (values
    ('Z1USDT', '{"both none 0 0-6"}'::text[]), ('Z4USDT', '{"long none 0 6-6","short none 0 6-6"}'), ('M6USDT', null)
) as v (symbol, seen);

-- Stop-losses: missing says nothing, null that there is none.
call given('L1USDT', 'active');
call later('1 hour');
update origin as o set at = clock_timestamp() - interval '30 minutes';
create table looks as
select *
from (values
    (0, '{}'::jsonb, 'both long 10 at 100 0-0', null),
    (10, '{"stop_loss_price": 95, "stop_loss_order_id": "theirs"}', 'both long 10 at 100 0-10 stop-loss 95 theirs', null),
    (20, '{}', 'both long 10 at 100 0-20 stop-loss 95 theirs', null),
    (30, '{"stop_loss_price": "94.5"}', 'both long 10 at 100 0-30 stop-loss 94.5', null),
    (40, '{"stop_loss_price": null}', 'both long 10 at 100 0-40 none 40-40', 'info'),
    (44, '{"stop_loss_price": 0}', 'both long 10 at 100 0-44 none 40-44', 'info'),
    (50, '{}', 'both long 10 at 100 0-50 none 40-44', 'info'),
    (51, '{"stop_loss_price": null}', 'both long 10 at 100 0-51 none 40-51', 'critical'),
    (52, '{}', 'both long 10 at 100 0-52 none 40-51', 'critical'),
    (60, '{"stop_loss_price": 95}', 'both long 10 at 100 0-60 stop-loss 95', null),
    (70, '{"stop_loss_price": null}', 'both long 10 at 100 0-70 none 70-70', 'info')
) as l (after, more, seen, severity);
create function looked(after integer, more jsonb)
returns text[]
language plpgsql
as $$
begin
    perform reconciled(
        jsonb_build_array('{"symbol": "L1USDT", "side": "long", "quantity": 10, "average_price": 100}'::jsonb || looked.more),
        looked.after * interval '1 second'
    );
    return sighted('L1USDT') || (select array_agg(f.severity) from tradelatch.diagnose(symbol => 'L1USDT') as f);
end
$$;
select is(looked(l.after, l.more), array_remove(array[l.seen, l.severity], null), format('%s s: %s', l.after, l.more))
from looks as l
order by l.after;

-- What is refused, and what is recorded then: nothing.

create table good as
select '{"symbol": "NEWUSDT", "side": "long", "quantity": 1, "average_price": 100}'::jsonb as entry;
create function recorded()
returns text
language sql
volatile
security definer
as $$
    select md5(concat(
        (select string_agg(s::text, ',' order by s.exchange, s.account) from monitoring.snapshots as s),
        (select string_agg(s::text, ',' order by s.exchange, s.account, s.symbol, s.position_side) from monitoring.sightings as s)
    ))
$$;
create table before as
select recorded() as recorded, book() as book;
select refused(
    format('reconcile(''binance'', %L, now())', jsonb_build_array(g.entry, g.entry || jsonb_build_object('symbol', 'BADUSDT')
        || b.bad)),
    '22023 ' || case when b.bad ->> 'symbol' in ('N EWUSDT', 'NEW/') then '' else 'snapshot[1].' end || b.field,
    b.field || ' ' || left(b.bad::text, 60)
)
from good as g
cross join (
    select x.field, jsonb_build_object(x.field, y.value) as bad
    from (values
        ('symbol', '[null, "", " ", 1, [], "N EWUSDT", "NEW/"]'::jsonb || jsonb_build_array(repeat('x', 65), 'a' || chr(10))),
        ('side', '[null, "", "buys", "both", 1, {}]'),
        ('quantity', '[null, -1, "-0.1", "NaN", "Infinity", "1e30", 1e30, "", "ten", "1_0", "0x10", true, [], {}]'),
        ('average_price', '[-1, "-0.1", "NaN", "Infinity", "1e30", "", "ten", true, []]'),
        ('stop_loss_price', '[-1, "NaN", "Infinity", "1e30", "ten", false, []]'),
        ('stop_loss_order_id', '["", " "]'::jsonb || jsonb_build_array(repeat('x', 101))),
        ('position_side', '["", "short", "buy", 1]')
    ) as x (field, bad)
    cross join jsonb_array_elements(x.bad) as y
) as b;
select refused(
    format('reconcile(''binance'', %L, now())', jsonb_build_array(g.entry - v.field)), '22023 snapshot[0].' || v.field,
        v.field || ' is missing'
)
from good as g
cross join (values ('symbol'), ('side'), ('quantity')) as v (field);
select refused(format('reconcile(''binance'', %L, now())', v.snapshot), '22023 ' || v.argument, 'the snapshot '
    || coalesce(v.snapshot, 'null'))
from (values
    (null, 'snapshot'),
    ('null', 'snapshot'),
    ('{}', 'snapshot'),
    ('"[]"', 'snapshot'),
    ('1', 'snapshot'),
    ('[1]', 'snapshot[0]'),
    ('[null]', 'snapshot[0]'),
    ('[[]]', 'snapshot[0]')
) as v (snapshot, argument);
select refused(
    format('reconcile(''binance'', %L, now())', jsonb_build_array(g.entry, g.entry || v.other)), '22023 snapshot',
    'two entries for one slot: ' || v.other::text
)
from good as g
cross join (values
    ('{}'::jsonb), ('{"symbol": "new/usdt:usdt", "side": "short"}'), ('{"symbol": "NEW/USDT", "position_side": "both"}')
) as v (other);
select refused(
    $$reconcile('binance', '[
        {"symbol": "M1USDT", "side": "long", "quantity": 1}, {"symbol": "M1USDT", "side": "long", "quantity": 1,
            "position_side": "long"}
    ]', now())$$,
    '22023 snapshot',
    'two entries for one slot of hedge mode'
);
select refused(
    $$reconcile('binance', (select jsonb_agg(1) from generate_series(1, 100001)), now())$$, '22023 snapshot', 'too many entries'
);
select refused_values('reconcile', '{"exchange": "binance", "snapshot": "[]", "observed_at": "now"}', v.argument, v.bad)
from (values
    ('exchange', bad_texts(50)),
    ('account', bad_texts(64)),
    ('observed_at', array[null, 'infinity', '-infinity', '3000-01-01']),
    ('complete', array[null::text]),
    ('apply', array[null::text]),
    ('adopt', array[null::text]),
    ('covers', array['{NULL}', '{""}', '{APTUSDT," "}', format('{%s}', repeat('x', 65))]),
    ('stop_loss_percent', array['0', '-1', '100', 'NaN', 'Infinity']),
    ('max_closes', array[null, '-1', '100001'])
) as v (argument, bad);
select refused(
    $$reconcile('binance', '[]', clock_timestamp() + interval '1 second')$$, '22023 observed_at',
        'a second from now is the future'
);
select is(recorded() || book(), b.recorded || b.book, 'nothing of that is recorded, and the book is as it was')
from before as b;

-- Who may.
select is(
    (try('reconcile(''binance'', ''[]'', now())', role => r.role, look => 'select ''done''')).seen, r.seen, r.role || ': '
        || r.seen
)
from (values ('tradelatch_reader', '42501'), ('tradelatch_bot', 'done'), ('tradelatch_operator', 'done')) as r (role, seen);

select explained();
select * from finish();
rollback;
