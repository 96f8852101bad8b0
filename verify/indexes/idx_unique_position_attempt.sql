-- Verify tradelatch:indexes/idx_unique_position_attempt on pg

begin;

\ir ../assert.psql

select pg_temp.assert_index(
    'monitoring.idx_unique_position_attempt',
    on_table => 'monitoring.positions',
    definition => '(attempt) WHERE %',
    is_unique => true
);

rollback;
