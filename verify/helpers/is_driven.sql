-- Verify tradelatch:helpers/is_driven on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_driven(monitoring.positions, timestamp with time zone)',
    returns => 'boolean',
    volatility => 'immutable',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp'],
    executable_by => array['tradelatch_reader']
);

rollback;
