-- Verify tradelatch:helpers/is_granted on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_granted(text, text)',
    returns => 'boolean',
    volatility => 'stable'
);

rollback;
