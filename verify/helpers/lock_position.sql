-- Verify tradelatch:helpers/lock_position on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.lock_position(bigint, bigint, boolean)',
    returns => 'monitoring.positions',
    volatility => 'volatile'
);

rollback;
