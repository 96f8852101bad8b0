-- Verify tradelatch:helpers/check_details on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_details(jsonb)',
    returns => 'jsonb',
    volatility => 'immutable'
);

select pg_temp.assert_equal('monitoring.check_details(''{}'')', monitoring.check_details('{}'), '{}');

rollback;
