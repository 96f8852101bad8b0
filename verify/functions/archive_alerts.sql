-- Verify tradelatch:functions/archive_alerts on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.archive_alerts(interval, integer)',
    returns => 'SETOF tradelatch.alerts',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
    executable_by => array['tradelatch_operator']
);

rollback;
