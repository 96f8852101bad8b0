-- Verify tradelatch:functions/resize_position on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.resize_position(bigint, numeric, text, numeric, numeric, bigint, text[], uuid, interval, timestamptz)',
    returns => 'tradelatch.receipt',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
    executable_by => array['tradelatch_bot']
);

rollback;
