-- Verify tradelatch:functions/set_stale_after on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.set_stale_after(interval)',
    returns => 'interval',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
    executable_by => array['tradelatch_operator']
);

rollback;
