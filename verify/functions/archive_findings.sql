-- Verify tradelatch:functions/archive_findings on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.archive_findings(interval, integer)',
    returns => 'SETOF tradelatch.findings',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
    executable_by => array['tradelatch_operator']
);

rollback;
