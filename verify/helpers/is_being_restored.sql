-- Verify tradelatch:helpers/is_being_restored on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_being_restored(bigint)',
    returns => 'boolean',
    volatility => 'stable'
);

rollback;
