-- Verify tradelatch:tables/position_events on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.position_events', 'table');

select pg_temp.assert_index(
    'monitoring.position_events_at',
    on_table => 'monitoring.position_events',
    definition => '(at)'
);

select pg_temp.assert_columns(
    'monitoring.position_events',
    'id bigint',
    'position_id bigint',
    'at timestamp with time zone',
    'event text',
    'from_status text',
    'to_status text',
    'fence bigint',
    'details jsonb',
    'user_name text',
    'application_name text'
);

rollback;
