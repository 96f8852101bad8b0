-- Verify tradelatch:helpers/read_snapshot on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.read_snapshot(text, text, jsonb, timestamptz)',
    returns => 'SETOF monitoring.sightings',
    volatility => 'stable',
    settings => array[
        'enable_seqscan=off', 'enable_nestloop=off', 'enable_mergejoin=off', 'jit=off', 'plan_cache_mode=force_generic_plan'
    ]
);

rollback;
