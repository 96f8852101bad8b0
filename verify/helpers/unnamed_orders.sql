-- Verify tradelatch:helpers/unnamed_orders on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.unnamed_orders(monitoring.positions[], monitoring.seen_order[])',
    returns => 'TABLE(position_id bigint, number bigint)',
    volatility => 'stable',
    settings => array[
        'enable_seqscan=off', 'enable_nestloop=off', 'enable_mergejoin=off', 'jit=off', 'plan_cache_mode=force_generic_plan'
    ]
);

rollback;
