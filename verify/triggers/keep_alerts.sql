-- Verify tradelatch:triggers/keep_alerts on pg

begin;

\ir ../assert.psql

select pg_temp.assert_trigger(
    'alerts_refuse_change',
    on_table => 'monitoring.alerts',
    fires => 'BEFORE DELETE OR UPDATE OR TRUNCATE',
    for_each => 'STATEMENT',
    calls => 'monitoring.refuse_log_change()'
);

select pg_temp.assert_trigger(
    'alerts_keep',
    on_table => 'monitoring.alerts',
    fires => 'BEFORE DELETE',
    for_each => 'ROW',
    calls => 'monitoring.keep_alert()'
);

select pg_temp.assert_trigger(
    'health_findings_refuse_removal',
    on_table => 'monitoring.health_findings',
    fires => 'BEFORE DELETE OR TRUNCATE',
    for_each => 'STATEMENT',
    calls => 'monitoring.refuse_log_change()'
);

select pg_temp.assert_trigger(
    'health_findings_keep',
    on_table => 'monitoring.health_findings',
    fires => 'BEFORE DELETE',
    for_each => 'ROW',
    calls => 'monitoring.keep_finding()'
);

select pg_temp.assert_function(
    'monitoring.keep_alert()',
    returns => 'trigger',
    volatility => 'volatile',
    settings => array['search_path=pg_catalog, pg_temp']
);

select pg_temp.assert_function(
    'monitoring.keep_finding()',
    returns => 'trigger',
    volatility => 'volatile',
    settings => array['search_path=pg_catalog, pg_temp']
);

rollback;
