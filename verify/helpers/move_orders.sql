-- Verify tradelatch:helpers/move_orders on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.move_orders(bigint,timestamp with time zone,text[],text[],timestamp with time zone)',
    returns => 'boolean',
    volatility => 'volatile'
);

rollback;
