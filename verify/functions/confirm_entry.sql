-- Verify tradelatch:functions/confirm_entry on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.confirm_entry(bigint, bigint, numeric, numeric, text, text[], jsonb)',
    returns => 'tradelatch.receipt',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
    executable_by => array['tradelatch_bot']
);

rollback;
