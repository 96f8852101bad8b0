-- Verify tradelatch:indexes/idx_unique_active_position on pg

begin;

\ir ../assert.psql

select pg_temp.assert_index(
    'monitoring.idx_unique_active_position',
    on_table => 'monitoring.positions',
    definition => '(symbol, exchange, account) WHERE ((closed_at IS NULL) AND (%position_side%''both''%''long''%))',
    is_unique => true
);

rollback;
