-- Verify tradelatch:helpers/check_lease on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_lease(interval)',
    returns => 'interval',
    volatility => 'immutable'
);

select pg_temp.assert_equal(
    'monitoring.check_lease(interval ''1 second'')',
    monitoring.check_lease(interval '1 second'),
    interval '1 second'
);

rollback;
