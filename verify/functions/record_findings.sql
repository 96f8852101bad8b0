-- Verify tradelatch:functions/record_findings on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.record_findings()',
    returns => 'integer',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s', 'enable_seqscan=off', 'jit=off'],
    executable_by => array['tradelatch_bot', 'tradelatch_watcher']
);

rollback;
