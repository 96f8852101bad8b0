-- Verify tradelatch:functions/claim_stale on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.claim_stale(interval, interval, integer, text, text)',
    returns => 'SETOF tradelatch.receipt',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s', 'enable_seqscan=off', 'jit=off'],
    executable_by => array['tradelatch_bot']
);

rollback;
