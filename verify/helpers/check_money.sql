-- Verify tradelatch:helpers/check_money on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_money(text, numeric)',
    returns => 'numeric',
    volatility => 'immutable'
);

select pg_temp.assert_equal('monitoring.check_money(''x'', -1.5)', monitoring.check_money('x', -1.5), -1.5);

rollback;
