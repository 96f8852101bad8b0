-- Verify tradelatch:helpers/check_percent on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_percent(text, numeric)',
    returns => 'numeric',
    volatility => 'immutable'
);

select pg_temp.assert_equal('monitoring.check_percent(''x'', 99.9)', monitoring.check_percent('x', 99.9), 99.9);

rollback;
