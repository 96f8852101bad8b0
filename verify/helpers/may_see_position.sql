-- Verify tradelatch:helpers/may_see_position on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.may_see_position(bigint)',
    returns => 'boolean',
    volatility => 'stable',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'enable_seqscan=off'],
    executable_by => array['tradelatch_reader']
);

rollback;
