-- Verify tradelatch:helpers/end_order on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.end_order(monitoring.positions, text)',
    returns => 'monitoring.positions',
    volatility => 'immutable'
);

rollback;
