-- Verify tradelatch:helpers/canonical_symbol on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.canonical_symbol(text)',
    returns => 'text',
    volatility => 'immutable'
);

select pg_temp.assert_equal(
    'monitoring.canonical_symbol(''APT/USDT:USDT'')',
    monitoring.canonical_symbol('APT/USDT:USDT'),
    'APTUSDT'
);
select pg_temp.assert_equal(
    'monitoring.canonical_symbol(''APTUSDT'')',
    monitoring.canonical_symbol('APTUSDT'),
    'APTUSDT'
);

rollback;
