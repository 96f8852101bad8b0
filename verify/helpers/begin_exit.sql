-- Verify tradelatch:helpers/begin_exit on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.begin_exit(monitoring.positions, text, text)',
    returns => 'monitoring.positions',
    volatility => 'immutable'
);

rollback;
