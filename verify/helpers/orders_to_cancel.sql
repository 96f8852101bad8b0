-- Verify tradelatch:helpers/orders_to_cancel on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.orders_to_cancel(text[], text, text, integer)',
    returns => 'text[]',
    volatility => 'immutable'
);

select pg_temp.assert_equal(
    'monitoring.orders_to_cancel(''{x}'', ''tl0'', ''close'', 1)',
    monitoring.orders_to_cancel('{x}', 'tl0', 'close', 1),
    '{x,tl0c1}'
);

rollback;
