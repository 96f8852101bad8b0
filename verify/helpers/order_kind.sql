-- Verify tradelatch:helpers/order_kind on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.order_kind(monitoring.positions, text)',
    returns => 'text',
    volatility => 'immutable'
);

rollback;
