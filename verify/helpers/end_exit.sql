-- Verify tradelatch:helpers/end_exit on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.end_exit(monitoring.positions, text, boolean, text[])',
    returns => 'monitoring.positions',
    volatility => 'volatile'
);

rollback;
