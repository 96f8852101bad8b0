-- Verify tradelatch:helpers/check_observed on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_observed(timestamptz)',
    returns => 'timestamp with time zone',
    volatility => 'volatile'
);

select pg_temp.assert_equal(
    'monitoring.check_observed(''2026-01-01Z'')',
    monitoring.check_observed('2026-01-01Z'),
    timestamptz '2026-01-01Z'
);

rollback;
