-- Verify tradelatch:helpers/stops_gone on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.stops_gone()',
    returns => 'SETOF bigint',
    volatility => 'stable',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp'],
    executable_by => array['tradelatch_reader']
);

rollback;
