-- Verify tradelatch:helpers/compare_orders on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.compare_orders(text,text,monitoring.positions[],monitoring.seen_order[],timestamp with time zone,boolean,text[])',
    returns => 'SETOF monitoring.order_sightings',
    volatility => 'stable',
    settings => array[
        'enable_seqscan=off', 'enable_nestloop=off', 'enable_mergejoin=off', 'jit=off', 'plan_cache_mode=force_generic_plan'
    ]
);

rollback;
