-- Verify tradelatch:helpers/sequences on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.sequences()',
    returns => 'TABLE(sequence regclass, last_value bigint, highest bigint)',
    volatility => 'stable',
    settings => array['enable_seqscan=off', 'jit=off']
);

rollback;
