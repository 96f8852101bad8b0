-- Verify tradelatch:functions/normalize_exchange on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.normalize_exchange(text)',
    returns => 'text',
    volatility => 'stable',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp'],
    executable_by => array['tradelatch_reader']
);

select pg_temp.assert_equal(
    'tradelatch.normalize_exchange('' BinanceUSDM '')',
    tradelatch.normalize_exchange(' BinanceUSDM '),
    'binance'
);

rollback;
