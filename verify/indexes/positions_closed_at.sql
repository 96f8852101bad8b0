-- Verify tradelatch:indexes/positions_closed_at on pg

begin;

\ir ../assert.psql

select pg_temp.assert_index(
    'monitoring.positions_closed_at',
    on_table => 'monitoring.positions',
    definition => '(symbol, closed_at) WHERE (closed_at IS NOT NULL)'
);

rollback;
