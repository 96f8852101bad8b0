-- Verify tradelatch:helpers/read_symbol on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.read_symbol(text, text, jsonb)',
    returns => 'text',
    volatility => 'stable'
);

select pg_temp.assert_equal(
    'monitoring.read_symbol(''x'', ''binance'', ''{"symbol": "apt/usdt"}'')',
    monitoring.read_symbol('x', 'binance', '{"symbol": "apt/usdt"}'),
    'APTUSDT'
);

rollback;
