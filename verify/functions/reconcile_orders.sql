-- Verify tradelatch:functions/reconcile_orders on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.reconcile_orders(text, jsonb, timestamptz, text, boolean, text[], boolean, integer)',
    returns => 'SETOF tradelatch.finding',
    volatility => 'volatile',
    security => 'definer',
    settings => array[
        'search_path=pg_catalog, pg_temp', 'lock_timeout=2s', 'enable_seqscan=off', 'enable_nestloop=off',
        'enable_mergejoin=off', 'jit=off', 'plan_cache_mode=force_generic_plan'
    ],
    executable_by => array['tradelatch_bot']
);

rollback;
