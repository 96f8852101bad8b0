-- Verify tradelatch:views/advisory_locks on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.advisory_locks', 'view');

select
    key,
    pid,
    user_name,
    application_name,
    is_holder,
    since,
    transaction
from monitoring.advisory_locks
where false;

rollback;
