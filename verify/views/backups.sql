-- Verify tradelatch:views/backups on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('tradelatch.backups', 'view', readable_by => array['tradelatch_operator']);

select *
from tradelatch.backups
where false;

rollback;
