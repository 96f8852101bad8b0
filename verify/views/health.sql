-- Verify tradelatch:views/health on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('tradelatch.health', 'view', readable_by => array['tradelatch_reader']);

select *
from tradelatch.health
where false;

rollback;
