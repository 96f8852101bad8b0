-- Verify tradelatch:views/aliases on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('tradelatch.aliases', 'view', readable_by => array['tradelatch_reader']);

select *
from tradelatch.aliases
where false;

rollback;
