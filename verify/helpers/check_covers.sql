-- Verify tradelatch:helpers/check_covers on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_covers(text, text[])',
    returns => 'text[]',
    volatility => 'stable'
);

rollback;
