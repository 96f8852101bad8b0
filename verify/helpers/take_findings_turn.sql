-- Verify tradelatch:helpers/take_findings_turn on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.take_findings_turn()',
    returns => 'void',
    volatility => 'volatile'
);

rollback;
