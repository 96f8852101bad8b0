-- Verify tradelatch:views/account_grants on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('tradelatch.account_grants', 'view', readable_by => array['tradelatch_operator']);

select
    role_name,
    exchange,
    account,
    granted_at,
    granted_by
from tradelatch.account_grants
where false;

rollback;
