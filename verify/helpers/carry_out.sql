-- Verify tradelatch:helpers/carry_out on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.carry_out(tradelatch.finding[], text, text, uuid, numeric)',
    returns => 'SETOF tradelatch.cleanup_action',
    volatility => 'volatile',
    settings => array['enable_nestloop=off', 'enable_mergejoin=off', 'plan_cache_mode=force_generic_plan']
);

rollback;
