-- Verify tradelatch:helpers/open_rows on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.open_rows(text,text)',
    returns => 'monitoring.positions[]',
    volatility => 'stable'
);

rollback;
