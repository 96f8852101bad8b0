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

\ir ../../deploy/adoption/has_old_columns.psql
\if :has_old_columns

select pg_temp.assert_trigger(
    'positions_old_columns_born',
    on_table => 'monitoring.positions',
    fires => 'BEFORE INSERT',
    for_each => 'ROW',
    calls => 'monitoring.fill_old_columns_of_new()'
);

select pg_temp.assert_trigger(
    'positions_old_columns_moved',
    on_table => 'monitoring.positions',
    fires => 'BEFORE UPDATE OF status, realized_pnl',
    for_each => 'ROW',
    calls => 'monitoring.fill_old_columns()'
);

select pg_temp.assert_function(
    'monitoring.fill_old_columns()',
    returns => 'trigger',
    volatility => 'volatile'
);

select pg_temp.assert_function(
    'monitoring.fill_old_columns_of_new()',
    returns => 'trigger',
    volatility => 'volatile'
);

\endif

rollback;
