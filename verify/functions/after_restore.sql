-- Verify tradelatch:functions/after_restore on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.after_restore(text, bigint)',
    returns => 'SETOF tradelatch.finding',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s', 'enable_seqscan=off', 'jit=off'],
    executable_by => array['tradelatch_operator']
);

rollback;
