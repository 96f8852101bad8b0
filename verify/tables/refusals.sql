-- Verify tradelatch:tables/refusals on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.refusals', 'table');

select pg_temp.assert_columns(
    'monitoring.refusals',
    'event_id bigint',
    'position_id bigint',
    'first_at timestamp with time zone',
    'last_at timestamp with time zone',
    'refused bigint'
);

select pg_temp.assert_index(
    'monitoring.refusals_position_id',
    on_table => 'monitoring.refusals',
    definition => '(position_id, first_at)'
);

rollback;
