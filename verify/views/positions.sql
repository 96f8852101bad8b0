-- Verify tradelatch:views/positions on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('tradelatch.positions', 'view', readable_by => array['tradelatch_reader']);

select *
from tradelatch.positions
where false;

rollback;
