-- Verify tradelatch:helpers/replay on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.replay(monitoring.positions, boolean, boolean, text[], boolean)',
    returns => 'tradelatch.receipt',
    volatility => 'volatile'
);

rollback;
