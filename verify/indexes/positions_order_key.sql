-- Verify tradelatch:indexes/positions_order_key on pg

begin;

\ir ../assert.psql

select pg_temp.assert_index(
    'monitoring.positions_order_key',
    on_table => 'monitoring.positions',
    definition => '%(order_key)',
    is_unique => true
);

rollback;
