-- Verify tradelatch:helpers/check_account on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_account(text, text, boolean)',
    returns => 'void',
    volatility => 'stable'
);

rollback;
