-- Verify tradelatch:helpers/compare_sequences on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.compare_sequences()',
    returns => 'text',
    volatility => 'volatile'
);

rollback;
