-- Verify tradelatch:helpers/leave_drive on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.leave_drive(monitoring.positions, monitoring.positions)',
    returns => 'monitoring.positions',
    volatility => 'volatile'
);

rollback;
