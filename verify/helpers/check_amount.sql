-- Verify tradelatch:helpers/check_amount on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_amount(text, numeric, boolean)',
    returns => 'numeric',
    volatility => 'immutable'
);

select pg_temp.assert_equal('monitoring.check_amount(''x'', 1.5)', monitoring.check_amount('x', 1.5), 1.5);

rollback;
