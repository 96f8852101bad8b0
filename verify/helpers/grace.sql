-- Verify tradelatch:helpers/grace on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.grace()',
    returns => 'interval',
    volatility => 'immutable'
);

select pg_temp.assert_equal('monitoring.grace()', monitoring.grace(), interval '5 seconds');

rollback;
