-- Verify tradelatch:helpers/adopt on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.adopt(monitoring.positions, timestamp with time zone, interval)',
    returns => 'tradelatch.receipt',
    volatility => 'volatile',
    settings => array['enable_seqscan=off', 'jit=off']
);

rollback;
