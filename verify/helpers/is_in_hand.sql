-- Verify tradelatch:helpers/is_in_hand on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_in_hand(monitoring.positions)',
    returns => 'boolean',
    volatility => 'immutable',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp'],
    executable_by => array['tradelatch_reader']
);

rollback;
