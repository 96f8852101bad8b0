-- Verify tradelatch:helpers/hand_over on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.hand_over(monitoring.positions, interval, uuid)',
    returns => 'monitoring.positions',
    volatility => 'volatile'
);

rollback;
