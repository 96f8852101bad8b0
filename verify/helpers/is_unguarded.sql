-- Verify tradelatch:helpers/is_unguarded on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_unguarded(text[], jsonb, text[], text)',
    returns => 'boolean',
    volatility => 'immutable',
    parallel => 'safe',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp'],
    executable_by => array['tradelatch_reader']
);

rollback;
