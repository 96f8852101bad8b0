-- What the exchange shows under another symbol, or in another position mode, neither proves nor disproves a position.

begin;
\ir setup.psql
\ir evidence.psql
select plan(27);

create function look(snapshot jsonb, at interval, apply boolean default false)
returns text
language sql
volatile
as $$
    select string_agg(
        concat_ws(' ', f.check_name, f.severity, f.symbol, f.position_side, f.detail ->> 'problem', f.detail ->> 'to_status'), '; '
        order by f.check_name, f.symbol
    )
    from tradelatch.reconcile(
        'binance', look.snapshot, clock_timestamp() - look.at, complete => true, apply => look.apply, adopt => look.apply, max_closes => 9
    ) as f
$$;

create function cleaned_up(mode text, symbol text default null)
returns text
language sql
volatile
as $$
    select string_agg(c.action || ' ' || (c.detail ->> 'symbol'), '; ' order by c.detail ->> 'symbol')
    from tradelatch.cleanup(cleaned_up.mode, symbol => cleaned_up.symbol, dry_run => false) as c
    where c.action <> 'needs recover'
$$;

create function status_of(symbol text)
returns text
language sql
volatile
security definer
return (book_row(status_of.symbol)).status;

-- One contract under two spellings

call given('XBTUSDT', 'active');
call later('2 hours');
select is(
    look('[{"symbol": "BTCUSDT", "side": "long", "quantity": 10, "average_price": 104.9}]', '3 minutes', true),
    'symbol_mismatch info XBTUSDT both the exchange holds the same as BTCUSDT', 'seen once'
);
select is(
    look('[{"symbol": "BTCUSDT", "side": "long", "quantity": 10, "average_price": 104.9}]', '2 minutes', true),
    'symbol_mismatch critical XBTUSDT both the exchange holds the same as BTCUSDT', 'seen twice it is one finding: nothing was closed, and nothing adopted'
);
select is(cleaned_up('all'), null, 'nor by cleanup');
select is(cleaned_up('all', v.symbol), null, 'nor by cleanup of ' || v.symbol)
from unnest(array['XBTUSDT', 'BTCUSDT']) as v (symbol);
select is(status_of('XBTUSDT'), 'active', 'it is open');
select is(
    (select f.action from tradelatch.diagnose() as f where f.check_name = 'symbol_mismatch'),
    'look at the exchange: if it is one contract, record_aliases; else adopt_position, or release_position', 'a person decides'
);
select is(
    look('[{"symbol": "BTCUSDT", "side": "long", "quantity": 10, "average_price": 105.1}]', '1 minute'),
    'orphaned_db warning XBTUSDT both pending_cancels; orphaned_exchange critical BTCUSDT both pending_sl', 'at another price it is another one'
);
select is(
    look(format('[{"symbol": "BTCUSDT", "side": "%s", "quantity": %s, "average_price": %s}]', v.side, v.quantity, v.price)::jsonb, v.at),
    v.found, v.why
)
from (values
    (interval '50 seconds', 'short', 10, '100', 'orphaned_db warning XBTUSDT both pending_cancels; orphaned_exchange info BTCUSDT both', 'and on another side'),
    (interval '40 seconds', 'long', 9, '100', 'orphaned_db warning XBTUSDT both pending_cancels; orphaned_exchange info BTCUSDT both', 'and another quantity'),
    (interval '30 seconds', 'long', 10, 'null', 'orphaned_db warning XBTUSDT both pending_cancels; orphaned_exchange info BTCUSDT both', 'and without a price'),
    (interval '20 seconds', 'long', 10, '95', 'symbol_mismatch critical XBTUSDT both the exchange holds the same as BTCUSDT', 'within 5 % it may be the same')
) as v (at, side, quantity, price, found, why);
call given('BTCUSDT', 'active');
call later('2 hours');
select is(
    look('[{"symbol": "BTCUSDT", "side": "long", "quantity": 10, "average_price": 100}]', '10 seconds'),
    'orphaned_db warning XBTUSDT both pending_cancels', 'what the book has is nobody else''s'
);

-- A position mode that is not the position's

call given('M1USDT', 'active');
call given('M2USDT', 'active', 'short', 'short');
call given('M3USDT', 'active', 'long', 'long');
call given('M4USDT', 'pending_close');
call given('M5USDT', 'pending_sl');
call later('2 hours');
select is(
    (
        select string_agg(x.line, '; ' order by x.line)
        from regexp_split_to_table(look(s.snapshot, s.at, true), '; ') as x (line)
        where x.line ~ ' M[0-9]USDT '
    ),
    s.found, s.why
)
from (values
    (
        interval '8 seconds',
        '[{"symbol": "M1USDT", "side": "long", "quantity": 10, "average_price": 100, "position_side": "long"},
          {"symbol": "M2USDT", "side": "short", "quantity": 3, "average_price": 90, "position_side": "both"},
          {"symbol": "M3USDT", "side": "long", "quantity": 10, "average_price": 100, "position_side": "long"},
          {"symbol": "M3USDT", "side": "short", "quantity": 2, "average_price": 100, "position_side": "short"},
          {"symbol": "M4USDT", "side": "short", "quantity": 7, "average_price": 100, "position_side": "short"},
          {"symbol": "M5USDT", "side": "long", "quantity": 10, "average_price": 100, "position_side": "long"}]'::jsonb,
        'mode_mismatch info M1USDT both the exchange holds 10 on position side long, and the position is on both; '
        'mode_mismatch info M2USDT short the exchange holds 3 on position side both, and the position is on short; '
        'mode_mismatch info M4USDT both the exchange holds 7 on position side short, and the position is on both; '
        'mode_mismatch info M5USDT both the exchange holds 10 on position side long, and the position is on both; '
        'orphaned_exchange info M3USDT short',
        'seen once; the other side of hedge mode is a position of its own'
    ),
    (
        interval '2 seconds',
        '[{"symbol": "M1USDT", "side": "long", "quantity": 10, "average_price": 100, "position_side": "long"},
          {"symbol": "M2USDT", "side": "short", "quantity": 3, "average_price": 90, "position_side": "both"},
          {"symbol": "M3USDT", "side": "long", "quantity": 10, "average_price": 100, "position_side": "long"},
          {"symbol": "M4USDT", "side": "short", "quantity": 7, "average_price": 100, "position_side": "short"},
          {"symbol": "M5USDT", "side": "long", "quantity": 10, "average_price": 100, "position_side": "long"}]',
        'mode_mismatch critical M1USDT both the exchange holds 10 on position side long, and the position is on both; '
        'mode_mismatch critical M2USDT short the exchange holds 3 on position side both, and the position is on short; '
        'mode_mismatch critical M4USDT both the exchange holds 7 on position side short, and the position is on both; '
        'mode_mismatch critical M5USDT both the exchange holds 10 on position side long, and the position is on both',
        'seen twice nothing is closed or adopted'
    )
) as s (at, snapshot, found, why)
order by s.at desc;
select is(cleaned_up('orphaned_db', 'M1USDT'), null, 'nor by cleanup of what is missing');
select is(cleaned_up('incomplete', 'M4USDT'), null, 'nor of what is being closed');
select is(cleaned_up('orphaned_exchange', v.symbol), null, 'nor is ' || v.symbol || ' adopted')
from unnest(array['M1USDT', 'M2USDT', 'M4USDT']) as v (symbol);
select is(
    (select string_agg(f.action, '; ') from tradelatch.diagnose(symbol => 'M1USDT') as f where f.check_name = 'mode_mismatch'),
    'look at the exchange whose it is; set its mode back, or release', 'a person decides'
);
select is(
    (select string_agg(f.check_name, ' ' order by f.check_name) from tradelatch.diagnose(symbol => 'M5USDT') as f),
    'mode_mismatch no_stop_loss', 'and that one of them has no stop-loss is said all the same'
);
select is(status_of(v.symbol), v.status, v.symbol || ' is as it was')
from (
    values ('M1USDT', 'active'), ('M2USDT', 'active'), ('M3USDT', 'active'), ('M4USDT', 'pending_close'), ('M5USDT', 'pending_sl')
) as v (symbol, status);

select * from finish();
rollback;
