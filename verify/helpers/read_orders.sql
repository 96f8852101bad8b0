-- Verify tradelatch:helpers/read_orders on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.read_orders(text, jsonb)',
    returns => 'SETOF monitoring.seen_order',
    volatility => 'stable'
);

rollback;
