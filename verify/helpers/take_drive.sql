-- Verify tradelatch:helpers/take_drive on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.take_drive(monitoring.positions, boolean, interval, uuid)',
    returns => 'monitoring.positions',
    volatility => 'volatile'
);

rollback;
