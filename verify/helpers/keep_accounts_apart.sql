-- Verify tradelatch:helpers/keep_accounts_apart on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.keep_accounts_apart()',
    returns => 'void',
    volatility => 'volatile'
);

rollback;
