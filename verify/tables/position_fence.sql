-- Verify tradelatch:tables/position_fence on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.position_fence', 'sequence');

select pg_temp.assert_equal('the last number of monitoring.position_fence', s.seqmax, 8796093022207)
from pg_sequence as s
where s.seqrelid = 'monitoring.position_fence'::regclass;

rollback;
