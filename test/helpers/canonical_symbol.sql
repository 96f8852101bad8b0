-- What resolve_symbol says, whichever way it is found.

begin;
\ir setup.psql
select plan(7);

insert into monitoring.symbol_aliases (exchange, alias, symbol) values ('bybit', 'BTCPERP', 'BTCUSDC'), ('bybit', 'XBT', 'BTCUSDT');
select monitoring.make_known_aliases();
select is_internal('monitoring.canonical_symbol(text, text)', 'stable');
select is_empty(
    $$
        select v.symbol
        from unnest(array[
            'APTUSDT', '1000PEPEUSDT', 'aptusdt', ' APTUSDT ', 'APT/USDT:USDT', 'BTC/USDT:USDT-261225', 'BTCUSDT_261225', 'BTC/USD:BTC',
            'ÄUSDT', repeat('A', 64), 'APTUSDTPERP', 'BTCPERP', 'APT-USDT-SWAP', 'XBT', 'xbt', null
        ]) as v (symbol)
        where answer(format('monitoring.canonical_symbol(%L, %L)', 'bybit', v.symbol))
            is distinct from answer(format('monitoring.resolve_symbol(%L, %L)', 'bybit', v.symbol))
    $$,
    'it is resolve_symbol'
);
select is(monitoring.canonical_symbol('bybit', 'XBT'), 'BTCUSDT', 'also of an id of capitals alone');
select is(answer($$ monitoring.canonical_symbol('bybit', repeat('A', 65)) $$), '22023 symbol', 'which refuses what is too long');
select is(answer($$ monitoring.canonical_symbol('bybit', '') $$), '22023 symbol', 'and what is empty');

select * from finish();
rollback;
