-- Verify tradelatch:views/open_positions on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('tradelatch.open_positions', 'view', readable_by => array['tradelatch_reader']);

select *
from tradelatch.open_positions
where false;

rollback;
