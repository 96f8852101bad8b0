-- Verify tradelatch:helpers/check_orders on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_orders(text, text[])',
    returns => 'text[]',
    volatility => 'immutable'
);

rollback;
