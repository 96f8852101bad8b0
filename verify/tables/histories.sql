-- Verify tradelatch:tables/histories on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.histories', 'table');

select pg_temp.assert_columns(
    'monitoring.histories',
    'number integer',
    'system_identifier bigint',
    'timeline integer',
    'table_oid oid',
    'skip bigint',
    'reason text',
    'made_in xid8',
    'noted_at timestamp with time zone',
    'user_name text',
    'application_name text'
);

rollback;
