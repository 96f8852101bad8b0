-- One contract, one slot: an exchange's own ids of its markets.

begin;
\ir setup.psql
select plan(64);

select declared('record_aliases', 'exchange text, aliases jsonb', 'integer', executable_by => 'tradelatch_feed, tradelatch_operator');

create function recorded(aliases text, exchange text default 'binance')
returns text
language plpgsql
as $$
declare
    v_detail text;
begin
    return tradelatch.record_aliases(recorded.exchange, recorded.aliases::jsonb);
exception
    when others then
        get stacked diagnostics v_detail = pg_exception_detail;
        return concat_ws(' ', sqlstate, sqlerrm, v_detail);
end
$$;

create function aliases(exchange text default 'binance')
returns text
language sql
return (select string_agg(a.alias || '=' || a.symbol, ' ' order by a.alias) from tradelatch.aliases as a where a.exchange = aliases.exchange);

select is(recorded('{"BTCPERP": "BTC/USDC:USDC", "btc-26dec26": "BTC/USDC:USDC-261226", "APTUSDT": "APT/USDT:USDT"}'), '2', 'it says how many; an id that is spelt as its symbol is none');
select is(aliases(), 'BTC-26DEC26=BTCUSDC-261226 BTCPERP=BTCUSDC', 'both are in one spelling');
select is(recorded('{"BTCPERP": "btcusdc"}'), '0', 'the same again changes nothing');
select is(recorded('{}'), '0', 'nor does none');
select is(recorded('{"BTCPERP": "ETHUSDC"}', 'kraken'), '1', 'another exchange has ids of its own');
select is(recorded('{"BTCPERP": "ETHUSDC"}', ' BINANCE '), 'TL005 BTCPERP is recorded as BTCUSDC, not as ETHUSDC {"exchange" : "binance", "alias" : "BTCPERP", "symbol" : "BTCUSDC", "said" : "ETHUSDC"}', 'one that stands stays');
select is(recorded('{"XPERP": "XUSDC", "BTCPERP": "ETHUSDC"}') ~ '^TL005', true, 'and nothing of such a list is recorded');
select is(aliases(), 'BTC-26DEC26=BTCUSDC-261226 BTCPERP=BTCUSDC', 'as before');
select is(recorded('{"BTC-26DEC26": null, "unknown": null}'), '1', 'null takes one away');
select is(recorded('{"BTC-26DEC26": "BTC/USDC:USDC-261226"}'), '1', 'then it can be recorded anew');

-- Every function that takes a symbol

call given('BTCUSDC', 'active');
select is((tradelatch.create_position('binance', v.symbol, 'long', 1, 100)).outcome, 'existing', v.symbol || ' is the slot of its symbol')
from unnest(array['BTCPERP', ' btcperp ', 'BTC/USDC:USDC']) as v (symbol);
select is((tradelatch.create_position('bybit', 'BTCPERP', 'long', 1, 100)).symbol, 'BTCPERP', 'on another exchange it is none');
select is(
    (tradelatch.adopt_position('binance', 'BTCPERP', 'long', 10, 100, clock_timestamp())).outcome, 'existing', 'adopt_position'
);
select is(tradelatch.record_marks('binance', '[{"symbol": "BTCPERP", "price": 101}]'), 1, 'record_marks');
select is_empty(
    $$
        select f.check_name
        from tradelatch.reconcile(
            'binance', '[{"symbol": "BTCPERP", "side": "long", "quantity": 10, "average_price": 100}]', clock_timestamp(), complete => true
        ) as f
    $$,
    'reconcile: the snapshot shows what the book has'
);
select is(
    (
        select string_agg(f.check_name, ' ')
        from tradelatch.reconcile('binance', '[]', clock_timestamp(), complete => true, covers => array['btcperp']) as f
    ),
    'orphaned_db',
    'and covers it'
);
select is(
    (
        select string_agg(f.check_name, ' ')
        from tradelatch.reconcile_orders(
            'binance',
            jsonb_build_array(jsonb_build_object(
                'symbol', 'BTCPERP', 'client_order_id', order_of('BTCUSDC', 's1'), 'side', 'sell', 'quantity', 9, 'trigger', 95, 'reduce_only', true
            )),
            clock_timestamp(),
            complete => true
        ) as f
    ),
    'stop_mismatch',
    'reconcile_orders: the order is that of the position'
);
select is((select string_agg(distinct f.symbol, ' ') from tradelatch.diagnose('binance', 'BTCPERP') as f), 'BTCUSDC', 'diagnose');
select is((select string_agg(distinct f.symbol, ' ') from tradelatch.diagnose(symbol => 'BTCPERP') as f), 'BTCUSDC', 'diagnose on any exchange');
select is(
    (select string_agg(distinct f.exchange, ' ') from tradelatch.diagnose(symbol => 'BTCUSDC') as f), 'binance', 'or by the symbol'
);
select isnt((tradelatch.create_position('bybit', 'BTCUSDC', 'long', 1, 100)).fence, null, 'the symbol is open on another exchange, too');
call lapse('BTCUSDC', '1 hour');
select is(
    (select string_agg(c.action || ' ' || (c.detail ->> 'exchange'), ' ') from tradelatch.cleanup('incomplete', symbol => 'BTCPERP') as c),
    null,
    'cleanup: what is an id on one exchange is none on another'
);
select is(
    (select string_agg(c.action || ' ' || (c.detail ->> 'exchange'), ' ') from tradelatch.cleanup('incomplete', symbol => 'BTCUSDC') as c),
    'needs recover bybit',
    'where the symbol is found'
);

-- Two slots that would become one

call given('ETHPERP', 'active');
select is(
    recorded('{"ETHPERP": "ETHUSDC"}'),
    format(
        '22023 aliases: ETHPERP cannot become ETHUSDC: position %s is open under the id {"exchange" : "binance", "alias" : "ETHPERP", "symbol" : "ETHUSDC", "positions" : [%1$s], "others" : []}',
        id('ETHPERP')
    ),
    'what is open under the id could not be found again'
);
call given('ETHUSDC', 'active');
select is(
    recorded('{"ETHPERP": "ETHUSDC"}'),
    format(
        '22023 aliases: ETHPERP cannot become ETHUSDC: position %s is open under the id, and %s under the symbol {"exchange" : "binance", "alias" : "ETHPERP", "symbol" : "ETHUSDC", "positions" : [%1$s], "others" : [%2$s]}',
        id('ETHPERP'), id('ETHUSDC')
    ),
    'both are named'
);
select is(recorded('{"ETHPERP": "ETHUSDC"}', 'okx'), '1', 'an exchange where it is not open may have it');
select is((tradelatch.release_position(id('ETHPERP'), 'a second one of a contract')).status, 'closed', 'once it is over');
select is(recorded('{"ETHPERP": "ETHUSDC"}'), '1', 'the id is recorded');
select is(
    (
        select string_agg(c.action || ': ' || (c.detail ->> 'problem'), ' ')
        from tradelatch.backups as b
        cross join lateral tradelatch.restore_backup(b.backup_id, dry_run => false) as c
        where b.position_id = id('ETHPERP')
    ),
    'refused: ETHPERP is an id of another symbol now', 'what was released under it does not come back'
);
select throws_ok(
    $$
        insert into monitoring.positions (origin, exchange, account, symbol, side, position_side, quantity, entry_price, status, lease_until)
        values ('created', 'binance', 'default', 'ETHPERP', 'long', 'both', 1, 100, 'pending_entry', now())
    $$,
    '40001', null, 'and no row comes in under it'
);

-- What is no list of ids

select is(recorded('{"A1": "BTCPERP"}') ~ '^22023 aliases must lead to a symbol: A1 leads to BTCPERP', true, 'an id of an id is none');
select is(recorded('{"BTCUSDC": "XUSDC"}') ~ '^22023 aliases must lead to a symbol: BTC', true, 'nor is a symbol of an id');
select is(left(recorded('{"A1": "BUSDT", "a1": "CUSDT"}'), 46), '22023 aliases has two entries for one id, got ', 'one id, two symbols');
select is(recorded('{"A1": "B/USDT", "a1": "BUSDT"}'), '1', 'twice the same is once');
select is(left(recorded(v.aliases), 13), '22023 aliases', 'refuses ' || v.aliases)
from unnest(array['[]', '"BTCPERP"', 'null', '1', '{"A": 1}', '{"A": {}}', '{"A": ""}', '{"": "BUSDT"}', '{"A\n": "BUSDT"}']) as v (aliases);
select is(left(recorded('{"A/": "BUSDT"}'), 12), '22023 symbol', 'what no symbol is spelt as');
select is(
    left(recorded((select jsonb_object_agg('A' || n, 'BUSDT') from generate_series(1, 10001) as n)::text), 47),
    '22023 aliases must have at most 10000 entries {', 'too many'
);
select is(left(recorded('{}', e.name), 14), '22023 exchange', 'no exchange: ' || coalesce(to_json(left(e.name, 20))::text, 'null'))
from unnest(bad_texts(50)) as e (name);

select * from finish();
rollback;
