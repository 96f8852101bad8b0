-- Verify tradelatch:tables/event_archives on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.event_archives', 'table');

select pg_temp.assert_columns(
    'monitoring.event_archives',
    'id bigint',
    'made_in xid8',
    'at timestamp with time zone',
    'older_than interval',
    'positions bigint',
    'events bigint',
    'alerts bigint',
    'findings bigint',
    'user_name text',
    'application_name text'
);

rollback;
