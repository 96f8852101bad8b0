-- Verify tradelatch:functions/find_order on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.find_order(text, text)',
    returns => 'TABLE(position_id bigint, kind text, is_left boolean)',
    volatility => 'stable',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'enable_seqscan=off', 'jit=off'],
    executable_by => array['tradelatch_reader']
);

rollback;
