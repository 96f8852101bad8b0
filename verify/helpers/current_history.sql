-- Verify tradelatch:helpers/current_history on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.current_history()',
    returns => 'record',
    volatility => 'volatile'
);

rollback;
