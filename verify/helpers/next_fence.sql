-- Verify tradelatch:helpers/next_fence on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.next_fence()',
    returns => 'bigint',
    volatility => 'volatile'
);

rollback;
