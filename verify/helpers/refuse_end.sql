-- Verify tradelatch:helpers/refuse_end on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.refuse_end(monitoring.positions, text, text)',
    returns => 'void',
    volatility => 'volatile'
);

rollback;
