-- Verify tradelatch:helpers/is_uncounted on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_uncounted(monitoring.positions, text, text)',
    returns => 'boolean',
    volatility => 'stable'
);

rollback;
