-- Verify tradelatch:helpers/lagging_sequences on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.lagging_sequences()',
    returns => 'jsonb',
    volatility => 'stable'
);

rollback;
