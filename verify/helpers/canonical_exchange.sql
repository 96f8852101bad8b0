-- Verify tradelatch:helpers/canonical_exchange on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.canonical_exchange(text)',
    returns => 'text',
    volatility => 'stable'
);

select pg_temp.assert_equal(
    'monitoring.canonical_exchange('' BinanceUSDM '')',
    monitoring.canonical_exchange(' BinanceUSDM '),
    'binance'
);
select pg_temp.assert_equal(
    'monitoring.canonical_exchange(''Elsewhere'')',
    monitoring.canonical_exchange('Elsewhere'),
    'elsewhere'
);

rollback;
