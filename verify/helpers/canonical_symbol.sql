-- Verify tradelatch:helpers/canonical_symbol on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.canonical_symbol(text, text)',
    returns => 'text',
    volatility => 'stable'
);

select pg_temp.assert_equal(
    'monitoring.canonical_symbol(''binance'', ''APT/USDT:USDT'')',
    monitoring.canonical_symbol('binance', 'APT/USDT:USDT'),
    'APTUSDT'
);
select pg_temp.assert_equal(
    'monitoring.canonical_symbol(''binance'', ''APTUSDT'')',
    monitoring.canonical_symbol('binance', 'APTUSDT'),
    'APTUSDT'
);

rollback;
