-- Verify tradelatch:functions/fail_position on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.fail_position(bigint, bigint, text)',
    returns => 'tradelatch.receipt',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
    executable_by => array['tradelatch_bot']
);

rollback;
