-- Verify tradelatch:functions/cleanup on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.cleanup(text, text, text, text, interval, boolean, text)',
    returns => 'SETOF tradelatch.cleanup_action',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
    executable_by => array['tradelatch_operator']
);

rollback;
