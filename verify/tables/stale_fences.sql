-- Verify tradelatch:tables/stale_fences on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.stale_fences', 'sequence');

rollback;
