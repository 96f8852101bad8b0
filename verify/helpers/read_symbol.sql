-- Verify tradelatch:helpers/read_symbol on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.read_symbol(text, jsonb)',
    returns => 'text',
    volatility => 'immutable'
);

select pg_temp.assert_equal(
    'monitoring.read_symbol(''x'', ''{"symbol": "apt/usdt"}'')',
    monitoring.read_symbol('x', '{"symbol": "apt/usdt"}'),
    'APTUSDT'
);

rollback;
