-- Verify tradelatch:helpers/in_seconds on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.in_seconds(interval)',
    returns => 'interval',
    volatility => 'immutable'
);

select pg_temp.assert_equal(
    'the hours of monitoring.in_seconds(''1 day'')',
    extract(hour from monitoring.in_seconds('1 day')),
    24
);

rollback;
