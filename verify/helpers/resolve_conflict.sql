-- Verify tradelatch:helpers/resolve_conflict on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.resolve_conflict(monitoring.positions)',
    returns => 'tradelatch.receipt',
    volatility => 'volatile',
    settings => array['enable_seqscan=off', 'jit=off']
);

rollback;
