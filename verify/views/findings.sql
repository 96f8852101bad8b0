-- Verify tradelatch:views/findings on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('tradelatch.findings', 'view', readable_by => array['tradelatch_reader']);

select *
from tradelatch.findings
where false;

rollback;
