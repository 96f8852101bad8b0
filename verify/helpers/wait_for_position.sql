-- Verify tradelatch:helpers/wait_for_position on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.wait_for_position(bigint)',
    returns => 'void',
    volatility => 'volatile'
);

rollback;
