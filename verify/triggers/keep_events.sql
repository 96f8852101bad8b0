-- Verify tradelatch:triggers/keep_events on pg

begin;

\ir ../assert.psql

select pg_temp.assert_trigger(
    'position_events_refuse_change',
    on_table => 'monitoring.position_events',
    fires => 'BEFORE DELETE OR UPDATE OR TRUNCATE',
    for_each => 'STATEMENT',
    calls => 'monitoring.refuse_log_change()'
);

select pg_temp.assert_trigger(
    'position_events_keep',
    on_table => 'monitoring.position_events',
    fires => 'BEFORE DELETE',
    for_each => 'ROW',
    calls => 'monitoring.keep_event()'
);

select pg_temp.assert_function(
    'monitoring.refuse_log_change()',
    returns => 'trigger',
    volatility => 'volatile',
    settings => array['search_path=pg_catalog, pg_temp']
);

select pg_temp.assert_function(
    'monitoring.keep_event()',
    returns => 'trigger',
    volatility => 'volatile',
    settings => array['search_path=pg_catalog, pg_temp']
);

rollback;
