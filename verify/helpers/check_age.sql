-- Verify tradelatch:helpers/check_age on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_age(text, interval, interval)',
    returns => 'interval',
    volatility => 'immutable'
);

select pg_temp.assert_equal(
    'monitoring.check_age(''x'', interval ''0'')',
    monitoring.check_age('x', interval '0'),
    interval '0'
);

rollback;
