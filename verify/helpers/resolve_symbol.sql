-- Verify tradelatch:helpers/resolve_symbol on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.resolve_symbol(text, text)',
    returns => 'text',
    volatility => 'stable'
);

select pg_temp.assert_equal(
    'monitoring.resolve_symbol(''binance'', ''APT/USDT:USDT'')',
    monitoring.resolve_symbol('binance', 'APT/USDT:USDT'),
    'APTUSDT'
);

rollback;
