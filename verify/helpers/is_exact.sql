-- Verify tradelatch:helpers/is_exact on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_exact(interval)',
    returns => 'boolean',
    volatility => 'immutable'
);

select pg_temp.assert_equal('monitoring.is_exact(''1 day'')', monitoring.is_exact('1 day'), true);
select pg_temp.assert_equal('monitoring.is_exact(''-1 month 30 days'')', monitoring.is_exact('-1 month 30 days'), false);

rollback;
