-- Verify tradelatch:helpers/is_alias on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_alias(text, text)',
    returns => 'boolean',
    volatility => 'stable'
);

rollback;
