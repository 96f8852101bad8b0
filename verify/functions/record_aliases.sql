-- Verify tradelatch:functions/record_aliases on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.record_aliases(text, jsonb)',
    returns => 'integer',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
    executable_by => array['tradelatch_feed', 'tradelatch_operator']
);

rollback;
