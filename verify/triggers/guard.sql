-- Verify tradelatch:triggers/guard on pg

begin;

\ir ../assert.psql

select pg_temp.assert_trigger(
    'positions_guard',
    on_table => 'monitoring.positions',
    fires => 'BEFORE UPDATE',
    for_each => 'ROW',
    calls => 'monitoring.guard_position()'
);

select pg_temp.assert_function(
    'monitoring.guard_position()',
    returns => 'trigger',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp']
);

rollback;
