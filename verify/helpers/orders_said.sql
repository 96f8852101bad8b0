-- Verify tradelatch:helpers/orders_said on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.orders_said(text[], text[])',
    returns => 'jsonb',
    volatility => 'immutable',
    parallel => 'safe'
);

rollback;
