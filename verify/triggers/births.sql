-- Verify tradelatch:triggers/births on pg

begin;

\ir ../assert.psql

select pg_temp.assert_trigger(
    'positions_births',
    on_table => 'monitoring.positions',
    fires => 'AFTER INSERT',
    for_each => 'ROW',
    calls => 'monitoring.log_birth()'
);

select pg_temp.assert_function(
    'monitoring.log_birth()',
    returns => 'trigger',
    volatility => 'volatile'
);

rollback;
