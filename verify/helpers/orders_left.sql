-- Verify tradelatch:helpers/orders_left on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.orders_left(monitoring.positions)',
    returns => 'text[]',
    volatility => 'immutable',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp'],
    executable_by => array['tradelatch_reader']
);

rollback;
