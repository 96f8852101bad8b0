-- Verify tradelatch:views/position_timeline on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('tradelatch.position_timeline', 'view', readable_by => array['tradelatch_reader']);

select *
from tradelatch.position_timeline
where false;

rollback;
