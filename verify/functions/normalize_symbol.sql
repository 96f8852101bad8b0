-- Verify tradelatch:functions/normalize_symbol on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.normalize_symbol(text)',
    returns => 'text',
    volatility => 'immutable',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp'],
    executable_by => array['tradelatch_reader']
);

select pg_temp.assert_equal(
    'tradelatch.normalize_symbol('' apt/usdt:usdt '')',
    tradelatch.normalize_symbol(' apt/usdt:usdt '),
    'APTUSDT'
);
select pg_temp.assert_equal(
    'tradelatch.normalize_symbol(''BTC/USD:BTC'')',
    tradelatch.normalize_symbol('BTC/USD:BTC'),
    'BTCUSD:BTC'
);

rollback;
