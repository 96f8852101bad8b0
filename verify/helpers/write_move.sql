-- Verify tradelatch:helpers/write_move on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.write_move(monitoring.positions, text, jsonb, text, boolean, boolean)',
    returns => 'tradelatch.receipt',
    volatility => 'volatile'
);

rollback;
