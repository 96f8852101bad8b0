-- Verify tradelatch:helpers/order_findings on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.order_findings(text,text,text[])',
    returns => 'SETOF tradelatch.finding',
    volatility => 'stable',
    settings => array[
        'enable_seqscan=off', 'enable_nestloop=off', 'enable_mergejoin=off', 'jit=off', 'plan_cache_mode=force_generic_plan'
    ]
);

rollback;
