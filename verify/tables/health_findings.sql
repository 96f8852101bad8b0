-- Verify tradelatch:tables/health_findings on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.health_findings', 'table');

select pg_temp.assert_columns(
    'monitoring.health_findings',
    'id bigint',
    'check_name text',
    'severity text',
    'position_id bigint',
    'exchange text',
    'account text',
    'symbol text',
    'position_side text',
    'status text',
    'detail jsonb',
    'action text',
    'opened_at timestamp with time zone',
    'alerted_at timestamp with time zone',
    'cleared_at timestamp with time zone'
);

select pg_temp.assert_index(
    'monitoring.health_findings_open',
    on_table => 'monitoring.health_findings',
    definition => '(check_name, position_id, exchange, account, symbol, position_side) NULLS NOT DISTINCT '
    'WHERE (cleared_at IS NULL)',
    is_unique => true
);

rollback;
