-- Verify tradelatch:helpers/hold_order on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.hold_order(monitoring.positions)',
    returns => 'monitoring.positions',
    volatility => 'immutable'
);

rollback;
