-- Verify tradelatch:tables/account_grants on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.account_grants', 'table');

select pg_temp.assert_columns(
    'monitoring.account_grants',
    'role_name text',
    'exchange text',
    'account text',
    'granted_at timestamp with time zone',
    'granted_by text'
);

rollback;
