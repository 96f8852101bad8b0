-- Verify tradelatch:helpers/receipt_of on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.receipt_of(monitoring.positions, text, boolean, boolean)',
    returns => 'tradelatch.receipt',
    volatility => 'volatile'
);

rollback;
