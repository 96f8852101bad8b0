-- Verify tradelatch:helpers/lock_findings on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.lock_findings(text, text, text[])',
    returns => 'SETOF tradelatch.finding',
    volatility => 'stable'
);

rollback;
