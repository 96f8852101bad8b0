-- Verify tradelatch:functions/reissue_order on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.reissue_order(bigint, bigint, text, text, numeric)',
    returns => 'tradelatch.receipt',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
    executable_by => array['tradelatch_bot']
);

rollback;
