-- Verify tradelatch:helpers/wait_for_row on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.wait_for_row(bigint)',
    returns => 'monitoring.positions',
    volatility => 'volatile'
);

rollback;
