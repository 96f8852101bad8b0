-- Verify tradelatch:helpers/current_order on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.current_order(monitoring.positions)',
    returns => 'text',
    volatility => 'immutable'
);

rollback;
