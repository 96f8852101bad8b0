-- What an exchange showed, entry by entry.

begin;
\ir setup.psql
select plan(90);

select is_internal('monitoring.read_snapshot(text, text, jsonb, timestamptz)', 'stable');
set local timezone = 'UTC';

create function read(snapshot text)
returns setof monitoring.sightings
language sql
return monitoring.read_snapshot('binance', 'default', read.snapshot::jsonb, '2026-01-01');

-- Each entry as a line: symbol position_side side quantity [average] [stop PRICE ORDER|unprotected].
create function lines(snapshot text)
returns text
language sql
return (
    select string_agg(
        concat_ws(
            ' ', s.symbol, s.position_side, s.side, trim_scale(s.quantity), 'at ' || trim_scale(s.average_price),
            'stop ' || trim_scale(s.stop_loss_price), s.stop_loss_order_id,
            case when s.no_stop_loss_since is not null then 'unprotected since ' || s.no_stop_loss_since end
        ),
        ', '
    )
    from read(lines.snapshot) as s
);

-- What the entries say.

select is(
    s::text, '(binance,default,APTUSDT,both,short,61.8,3.2333,,,,,"2026-01-01 00:00:00+00","2026-01-01 00:00:00+00")',
    'exchange and account are those of the call, its time that of the request'
)
from read('[{"symbol": "APTUSDT", "side": "short", "quantity": 61.8, "average_price": 3.2333}]') as s;
select is(lines(v.snapshot), v.lines, v.what)
from (values
    ('[]', null, 'an empty list'),
    (
        '[{"symbol": "B", "side": "long", "quantity": 1}, {"symbol": "A", "side": "short", "quantity": 2}]',
        'B both long 1, A both short 2',
        'two, in their order'
    ),
    (
        '[{"symbol": "APT/USDT:USDT", "side": " Long ", "quantity": "61.80", "average_price": "3.2333"}]',
        'APTUSDT both long 61.8 at 3.2333',
        'numbers as strings, and the spellings of ccxt'
    ),
    ('[{"symbol": "A", "side": "long", "quantity": 1, "average_price": null}]', 'A both long 1', 'an average that is not known'),
    ('[{"symbol": "A", "side": "long", "quantity": 1, "average_price": "0"}]', 'A both long 1', 'or that the exchange calls 0'),
    ('[{"symbol": "A", "side": "long", "quantity": 1, "leverage": 20, "info": {"x": []}}]', 'A both long 1',
    'more than was asked for'),
    (
        '[{"symbol": "A", "side": "long", "quantity": 1, "stop_loss_price": "95", "stop_loss_order_id": "s"}]',
        'A both long 1 stop 95 s',
        'a stop-loss'
    ),
    (
        '[{"symbol": "A", "side": "long", "quantity": 1, "stop_loss_price": null}]',
        'A both long 1 unprotected since 2026-01-01 00:00:00+00',
        'none'
    ),
    (
        '[{"symbol": "A", "side": "long", "quantity": 1, "stop_loss_price": 0}]',
        'A both long 1 unprotected since 2026-01-01 00:00:00+00',
        'which the exchange may call 0'
    ),
    ('[{"symbol": "A", "quantity": 0}]', 'A both 0', 'flat'),
    ('[{"symbol": "A", "quantity": "0.000", "side": null}]', 'A both 0', 'flat, as a string'),
    ('[{"symbol": "A", "quantity": 0, "side": "buys"}]', 'A both 0', 'flat, whatever the side'),
    ('[{"symbol": "A", "quantity": 0, "side": "long", "stop_loss_price": null}]', 'A both 0',
    'flat: it needs no stop-loss, and has no side'),
    ('[{"symbol": "A", "side": "long", "position_side": "LONG", "quantity": 1}]', 'A long long 1', 'in hedge mode'),
    ('[{"symbol": "A", "side": "short", "position_side": "both", "quantity": 1}]', 'A both short 1', 'in one-way mode'),
    ('[{"symbol": "A", "position_side": "short", "quantity": 0}]', 'A short 0', 'flat in hedge mode')
) as v (snapshot, lines, what);

-- An entry that tells no position side belongs to the mode in which the book has the symbol open; one that tells it is what it says.

select (tradelatch.create_position('binance', 'ONEWAY', 'short', 10, 100)).outcome \gset
select (tradelatch.create_position('binance', 'HEDGE', 'long', 10, 100, position_side => 'long')).outcome \gset
select (tradelatch.create_position('binance', 'HEDGE', 'short', 10, 100, position_side => 'short')).outcome \gset
select (tradelatch.create_position('binance', 'HALF', 'long', 10, 100, position_side => 'long')).outcome \gset
select (tradelatch.create_position('bybit', 'ELSE', 'long', 10, 100, position_side => 'long')).outcome \gset
select (tradelatch.create_position('binance', 'ELSE', 'long', 10, 100, account => 'second',
    position_side => 'long')).outcome \gset
select position_id as over, fence as over_fence
from tradelatch.create_position('binance', 'OVER', 'long', 10, 100, position_side => 'long')
\gset
select (tradelatch.cancel_position(:over, :over_fence, 'x')).outcome \gset
select is(
    lines(jsonb_build_array(jsonb_strip_nulls(
        jsonb_build_object('symbol', v.symbol, 'side', v.side, 'position_side', v.position_side, 'quantity', v.quantity)
    ))::text),
    v.line,
    format('the book has %s, the exchange %s %s %s', v.symbol, v.position_side, v.side, v.quantity)
)
from (values
    ('ONEWAY', 'short', null, 1, 'ONEWAY both short 1'),
    ('ONEWAY', 'long', null, 1, 'ONEWAY both long 1'),
    ('ONEWAY', 'short', 'both', 1, 'ONEWAY both short 1'),
    ('ONEWAY', 'long', 'both', 1, 'ONEWAY both long 1'),
    ('ONEWAY', 'short', 'short', 1, 'ONEWAY short short 1'),
    ('ONEWAY', 'long', 'long', 1, 'ONEWAY long long 1'),
    ('ONEWAY', null, null, 0, 'ONEWAY both 0'),
    ('ONEWAY', null, 'both', 0, 'ONEWAY both 0'),
    ('ONEWAY', null, 'short', 0, 'ONEWAY short 0'),
    ('ONEWAY', null, 'long', 0, 'ONEWAY long 0'),
    ('ONEWAY', 'long', 'long', 0, 'ONEWAY long 0'),
    ('HEDGE', 'long', 'long', 1, 'HEDGE long long 1'),
    ('HEDGE', 'short', null, 1, 'HEDGE short short 1'),
    ('HEDGE', 'long', 'both', 1, 'HEDGE both long 1'),
    ('HEDGE', null, 'short', 0, 'HEDGE short 0'),
    ('HEDGE', null, null, 0, null),
    ('HEDGE', null, 'both', 0, 'HEDGE both 0'),
    ('HALF', 'short', null, 1, 'HALF short short 1'),
    ('HALF', 'long', null, 1, 'HALF long long 1'),
    ('ELSE', 'long', null, 1, 'ELSE both long 1'),
    ('OVER', 'long', null, 1, 'OVER both long 1')
) as v (symbol, side, position_side, quantity, line);
select is(
    lines('[
        {"symbol": "ONEWAY", "position_side": "long", "quantity": 0},
        {"symbol": "ONEWAY", "position_side": "short", "side": "short", "quantity": 5}
    ]'),
    'ONEWAY long 0, ONEWAY short short 5',
    'both sides of hedge mode are none of the row''s'
);

-- What is refused, with the entry.

create function refusal(snapshot text)
returns text
language sql
return answer(format('select count(*) from read(%L)', refusal.snapshot));
select is(refusal(v.snapshot), '22023 snapshot', 'is no list: ' || coalesce(v.snapshot, 'null'))
from unnest(array[null, 'null', '{}', '"[]"', '1', 'true', '{"symbol": "A", "side": "long", "quantity": 1}']) as v (snapshot);
select is(
    refusal((select jsonb_agg(0) from generate_series(1, 100001))::text), '22023 snapshot', 'is longer than any account'
);
select is(refusal(format('[{"symbol": "A", "side": "long", "quantity": 1}, %s]', v.entry)), '22023 snapshot[1]',
    'is no entry: ' || v.entry)
from unnest(array['null', '1', '"A"', '[]']) as v (entry);
select is(
    refusal(jsonb_build_array('{"symbol": "A", "side": "long", "quantity": 1}'::jsonb || v.changes::jsonb)::text),
    '22023 snapshot[0].' || v.argument,
    'refuses ' || left(v.changes, 60)
)
from (values
    ('symbol', '{"symbol": null}'), ('symbol', '{"symbol": 1}'), ('symbol', '{"symbol": ""}'), ('symbol', '{"symbol": " "}'),
    ('symbol', '{"symbol": "A\n"}'), ('symbol', jsonb_build_object('symbol', repeat('A', 65))::text),
    ('symbol', '{"symbol": ["A"]}'),
    ('side', '{"side": null}'), ('side', '{"side": "buys"}'), ('side', '{"side": 1}'),
    ('quantity', '{"quantity": null}'), ('quantity', '{"quantity": "NaN"}'), ('quantity', '{"quantity": "x"}'),
    ('quantity', '{"quantity": -1}'),
    ('quantity', '{"quantity": "-0.1"}'), ('quantity', '{"quantity": 1e30}'), ('quantity', '{"quantity": []}'),
    ('quantity', '{"quantity": true}'),
    ('position_side', '{"position_side": "short"}'), ('position_side', '{"position_side": "x"}'),
    ('position_side', '{"position_side": 7}'),
    ('position_side', '{"position_side": "x", "quantity": 0}'),
    ('average_price', '{"average_price": -1}'), ('average_price', '{"average_price": "NaN"}'),
    ('average_price', '{"average_price": 1e30}'),
    ('average_price', '{"average_price": {}}'),
    ('stop_loss_price', '{"stop_loss_price": -1}'), ('stop_loss_price', '{"stop_loss_price": ""}'),
    ('stop_loss_price', '{"stop_loss_price": 1e30}'),
    ('stop_loss_order_id', '{"stop_loss_order_id": ""}'), ('stop_loss_order_id', '{"stop_loss_order_id": "a\u001b"}'),
    ('stop_loss_order_id', jsonb_build_object('stop_loss_order_id', repeat('1', 101))::text)
) as v (argument, changes);
select is(refusal('[{"side": "long", "quantity": 1}]'), '22023 snapshot[0].symbol', 'a symbol that is missing');
select is(refusal('[{"symbol": "A", "quantity": 1}]'), '22023 snapshot[0].side', 'a side that is missing');
select is(refusal('[{"symbol": "A", "side": "long"}]'), '22023 snapshot[0].quantity', 'a quantity that is missing');
select is(
    refusal('[{"symbol": "A/B/C", "side": "long", "quantity": 1}]'), '22023 symbol', 'a symbol that is none'
);

select * from finish();
rollback;
