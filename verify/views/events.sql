-- Verify tradelatch:views/events on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('tradelatch.events', 'view', readable_by => array['tradelatch_reader']);

select *
from tradelatch.events
where false;

rollback;
