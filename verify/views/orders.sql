-- Verify tradelatch:views/orders on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('tradelatch.orders', 'view', readable_by => array['tradelatch_reader']);

select *
from tradelatch.orders
where false;

rollback;
