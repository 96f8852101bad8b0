-- What is read out of a list of orders, and what is refused.

begin;
\ir setup.psql
\ir evidence.psql
select plan(121);

call given('A1USDT', 'active');
call given('A2USDT', 'entry_placed');
create table before as
select book() as book;
create function recorded()
returns bigint
language sql
volatile
security definer
return (select count(*) from monitoring.order_snapshots) + (select count(*) from monitoring.order_sightings);

create table good as
select '{"symbol": "NEWUSDT", "client_order_id": "x", "order_id": "1", "side": "buy", "quantity": 1, "trigger": 1, "reduce_only": true}'::jsonb as entry;
select refused(
    format('reconcile_orders(''binance'', %L, now())', jsonb_build_array(g.entry, g.entry || b.bad)),
    '22023 ' || case when b.bad ->> 'symbol' in ('N EWUSDT', 'NEW/') then '' else 'orders[1].' end || b.field,
    b.field || ' ' || left(b.bad::text, 60)
)
from good as g
cross join (
    select x.field, jsonb_build_object(x.field, y.value) as bad
    from (values
        ('symbol', '[null, "", " ", 1, [], "N EWUSDT", "NEW/"]'::jsonb || jsonb_build_array(repeat('x', 65), 'a' || chr(10))),
        ('client_order_id', jsonb_build_array(' ', repeat('x', 101), 'a' || chr(10))),
        ('order_id', jsonb_build_array(' ', repeat('x', 101), 'a' || chr(10))),
        ('side', '["", "buys", "both", 1, {}]'),
        ('position_side', '["", "sideways", 1]'),
        ('quantity', '[-1, "-0.1", "NaN", "Infinity", "1e30", "", "ten", "1_0", true, []]'),
        ('trigger', '[-1, "NaN", "Infinity", "1e30", "ten", false, []]'),
        ('reduce_only', '["true", 1, "", []]')
    ) as x (field, bad)
    cross join jsonb_array_elements(x.bad) as y
) as b;
select refused(
    format('reconcile_orders(''binance'', %L, now())', jsonb_build_array(g.entry - '{client_order_id,order_id}'::text[])),
    '22023 orders[0].client_order_id', 'one of the two ids at least'
)
from good as g;
select refused(format('reconcile_orders(''binance'', %L, now())', v.orders), '22023 ' || v.argument, 'the orders ' || coalesce(v.orders, 'null'))
from (values
    (null, 'orders'), ('null', 'orders'), ('{}', 'orders'), ('"[]"', 'orders'), ('1', 'orders'), ('[1]', 'orders[0]'), ('[null]', 'orders[0]'),
    ('[[]]', 'orders[0]')
) as v (orders, argument);
select refused(
    $$reconcile_orders('binance', (select jsonb_agg(1) from generate_series(1, 100001)), now())$$, '22023 orders', 'too many entries'
);
select refused_values('reconcile_orders', '{"exchange": "binance", "orders": "[]", "observed_at": "now"}', v.argument, v.bad)
from (values
    ('exchange', bad_texts(50)),
    ('account', bad_texts(64)),
    ('observed_at', array[null, 'infinity', '-infinity', '3000-01-01']),
    ('complete', array[null::text]),
    ('apply', array[null::text]),
    ('covers', array['{NULL}', '{""}', '{APTUSDT," "}']),
    ('max_missing', array[null, '-1', '100001'])
) as v (argument, bad);
select refused(
    $$reconcile_orders('binance', '[]', clock_timestamp() + interval '1 second')$$, '22023 observed_at', 'a second from now is the future'
);
select is(recorded(), 0::bigint, 'nothing of that is recorded');
select is(book(), b.book, 'and the book is as it was')
from before as b;

-- However it is written.
select is(
    (
        select jsonb_strip_nulls(to_jsonb(r)) - 'symbol'
        from monitoring.read_orders('binance', jsonb_build_array('{"symbol": " new/usdt:usdt "}' || v.entry::jsonb)) as r
        where r.symbol = 'NEWUSDT'
    ),
    v.read::jsonb,
    v.entry
)
from (values
    ('{"client_order_id": "x"}', '{"client_order_id": "x"}'),
    ('{"order_id": 12345678901}', '{"order_id": "12345678901"}'),
    ('{"client_order_id": "", "order_id": "1"}', '{"order_id": "1"}'),
    ('{"client_order_id": null, "order_id": "1", "quantity": null, "trigger": null, "reduce_only": null, "side": null}', '{"order_id": "1"}'),
    ('{"client_order_id": "x", "order_id": ""}', '{"client_order_id": "x"}'),
    ('{"client_order_id": "x", "side": " SELL "}', '{"client_order_id": "x", "side": "sell"}'),
    ('{"client_order_id": "x", "side": "buy", "position_side": "LONG"}', '{"client_order_id": "x", "side": "buy", "position_side": "long"}'),
    ('{"client_order_id": "x", "side": "short", "position_side": " Both "}', '{"client_order_id": "x", "side": "sell", "position_side": "both"}'),
    ('{"client_order_id": "x", "quantity": "1.50", "trigger": "1e2"}', '{"client_order_id": "x", "quantity": 1.50, "trigger": 100}'),
    ('{"client_order_id": "x", "quantity": 0, "trigger": "0.000"}', '{"client_order_id": "x"}'),
    ('{"client_order_id": "x", "reduce_only": false}', '{"client_order_id": "x", "reduce_only": false}')
) as v (entry, read);
select is(
    (select array_agg(r.symbol || ' ' || r.client_order_id) from monitoring.read_orders('binance', '[
        {"symbol": "B/USDT", "client_order_id": "1"}, {"symbol": "AUSDT", "client_order_id": "2"}, {"symbol": "AUSDT", "client_order_id": "2"}
    ]') as r),
    '{"BUSDT 1","AUSDT 2","AUSDT 2"}'::text[], 'in their order'
);

-- An order is known by our id, or by the exchange's, where that was told; of the symbol that it is of.
create function matched(symbol text, entry jsonb)
returns text[]
language sql
volatile
return (
    select array_agg(replace(m.name, order_of(matched.symbol, ''), '') || case when m.has_arrived then ' arrived' else '' end)
    from monitoring.match_orders(
        monitoring.open_rows('binance', 'default'),
        array(select r from monitoring.read_orders('binance', jsonb_build_array(jsonb_build_object('symbol', matched.symbol) || matched.entry)) as r)
    ) as m
);
select is(matched(v.symbol, v.entry), v.names, v.description)
from (values
    ('A1USDT', jsonb_build_object('client_order_id', order_of('A1USDT', 's1')), '{"s1 arrived"}'::text[], 'its stop-loss'),
    ('A1USDT', jsonb_build_object('client_order_id', order_of('A1USDT', 's1'), 'order_id', 'stop-A1USDT'), '{"s1 arrived"}', 'once'),
    ('A1USDT', '{"order_id": "stop-A1USDT"}', '{"s1 arrived"}', 'by the exchange''s id'),
    ('A2USDT', '{"order_id": "stop-A1USDT"}', null, 'not that of another symbol'),
    ('A2USDT', '{"order_id": "entry-A2USDT-long"}', '{"e1 arrived"}', 'its entry'),
    ('A1USDT', '{"order_id": "entry-A1USDT-long"}', null, 'not one that has ended'),
    ('A1USDT', '{"client_order_id": "stop-A1USDT"}', null, 'an id of somebody else''s'),
    ('A1USDT', '{"client_order_id": "*"}', null, 'nor what has no name')
) as v (symbol, entry, names, description);
-- A stop-loss before the one that stands.
select is(line(tradelatch.replace_stop_loss(id('A1USDT'), 96)), 'ok pending_sl driven, cancel s1, stop_loss sell 10 at 96 reduce-only s2', 'another one');
select is((tradelatch.activate_position(id('A1USDT'), fence('A1USDT'), 96, order_of('A1USDT', 's2'), 'second')).status, 'active', 'it stands');
select is(matched('A1USDT', '{"order_id": "stop-A1USDT"}'), '{"s1 arrived"}'::text[], 'the log has the id of the one before');
select is(
    (select array_agg(o.symbol::text order by o.symbol) from unnest(monitoring.open_rows('binance', 'default')) as o), '{A1USDT,A2USDT}'::text[], 'the open rows'
);
select is(cardinality(monitoring.open_rows(v.exchange, v.account)), 0, v.exchange || ' ' || v.account || ': none')
from (values ('bybit', 'default'), ('binance', 'second')) as v (exchange, account);

-- Who may.
select is(
    (try('reconcile_orders(''binance'', ''[]'', now())', role => r.role, look => 'select ''done''')).seen, r.seen, r.role || ': ' || r.seen
)
from (values ('tradelatch_reader', '42501'), ('tradelatch_bot', 'done'), ('tradelatch_operator', 'done')) as r (role, seen);

select explained();
select * from finish();
rollback;
