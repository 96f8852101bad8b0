-- Verify tradelatch:indexes/idx_unique_position_request on pg

begin;

\ir ../assert.psql

select pg_temp.assert_index(
    'monitoring.idx_unique_position_request',
    on_table => 'monitoring.positions',
    definition => '(request_id, exchange, account) WHERE %',
    is_unique => true
);

rollback;
