-- Verify tradelatch:helpers/may_see on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.may_see(text, text)',
    returns => 'boolean',
    volatility => 'stable',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp'],
    executable_by => array['tradelatch_reader']
);

rollback;
