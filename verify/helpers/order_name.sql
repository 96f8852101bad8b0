-- Verify tradelatch:helpers/order_name on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.order_name(monitoring.positions, text)',
    returns => 'text',
    volatility => 'stable'
);

rollback;
