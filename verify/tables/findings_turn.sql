-- Verify tradelatch:tables/findings_turn on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.findings_turn', 'table');

select pg_temp.assert_columns(
    'monitoring.findings_turn', 'is_only boolean', 'stale_after interval', 'taken_at timestamp with time zone'
);

select pg_temp.assert_equal('rows of monitoring.findings_turn', (select count(*) from monitoring.findings_turn), 1::bigint);

rollback;
