-- Verify tradelatch:helpers/symbols_of on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.symbols_of(text, text)',
    returns => 'text[]',
    volatility => 'stable'
);

rollback;
