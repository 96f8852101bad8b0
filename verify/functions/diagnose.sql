-- Verify tradelatch:functions/diagnose on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.diagnose(text, text, text, interval)',
    returns => 'SETOF tradelatch.finding',
    volatility => 'stable',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp'],
    executable_by => array['tradelatch_reader']
);

rollback;
