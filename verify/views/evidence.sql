-- Verify tradelatch:views/evidence on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.evidence', 'view');

select *
from monitoring.evidence
where false;

rollback;
