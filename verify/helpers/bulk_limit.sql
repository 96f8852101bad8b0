-- Verify tradelatch:helpers/bulk_limit on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.bulk_limit()',
    returns => 'integer',
    volatility => 'immutable'
);

select pg_temp.assert_equal('monitoring.bulk_limit()', monitoring.bulk_limit(), 1000);

rollback;
