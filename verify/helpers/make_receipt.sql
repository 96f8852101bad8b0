-- Verify tradelatch:helpers/make_receipt on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.make_receipt(monitoring.positions, text, boolean, text, text[])',
    returns => 'tradelatch.receipt',
    volatility => 'volatile'
);

rollback;
