-- What normalize_symbol says, whichever way it is found.

begin;
\ir setup.psql
select plan(6);

select is_internal('monitoring.canonical_symbol(text)', 'immutable');
select is_empty(
    $$
        select v.symbol
        from unnest(array[
            'APTUSDT', '1000PEPEUSDT', 'aptusdt', ' APTUSDT ', 'APT/USDT:USDT', 'BTC/USDT:USDT-261225', 'BTCUSDT_261225', 'BTC/USD:BTC',
            'ÄUSDT', repeat('A', 64), 'APTUSDTPERP', 'BTCPERP', 'APT-USDT-SWAP', null
        ]) as v (symbol)
        where answer(format('monitoring.canonical_symbol(%L)', v.symbol))
            is distinct from answer(format('tradelatch.normalize_symbol(%L)', v.symbol))
    $$,
    'it is normalize_symbol'
);
select is(answer($$ monitoring.canonical_symbol(repeat('A', 65)) $$), '22023 symbol', 'which refuses what is too long');
select is(answer($$ monitoring.canonical_symbol('') $$), '22023 symbol', 'and what is empty');

select * from finish();
rollback;
