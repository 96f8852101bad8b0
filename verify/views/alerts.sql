-- Verify tradelatch:views/alerts on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('tradelatch.alerts', 'view', readable_by => array['tradelatch_reader']);

select *
from tradelatch.alerts
where false;

rollback;
