-- Verify tradelatch:tables/alerts on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.alerts', 'table');

select pg_temp.assert_columns(
    'monitoring.alerts',
    'xid xid8',
    'id bigint',
    'at timestamp with time zone',
    'alert text',
    'severity text',
    'position_id bigint',
    'exchange text',
    'account text',
    'symbol text',
    'position_side text',
    'detail jsonb',
    'user_name text',
    'application_name text'
);

rollback;
