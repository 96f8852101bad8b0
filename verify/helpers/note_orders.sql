-- Verify tradelatch:helpers/note_orders on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.note_orders(monitoring.positions, text[], text[], boolean, boolean)',
    returns => 'monitoring.positions',
    volatility => 'volatile'
);

rollback;
