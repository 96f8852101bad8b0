-- Verify tradelatch:helpers/history_findings on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.history_findings()',
    returns => 'SETOF tradelatch.finding',
    volatility => 'volatile'
);

rollback;
