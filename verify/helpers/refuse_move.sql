-- Verify tradelatch:helpers/refuse_move on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.refuse_move(monitoring.positions, text, text)',
    returns => 'void',
    volatility => 'volatile'
);

rollback;
