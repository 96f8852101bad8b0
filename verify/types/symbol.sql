-- Verify tradelatch:types/symbol on pg

begin;

\ir ../assert.psql

select pg_temp.assert_domain(
    'monitoring.symbol',
    base => 'text',
    compared_in => '"C"',
    takes => 'BTCUSDT-261225',
    refuses => array['', 'btcusdt', 'BTC/USDT', 'BTC USDT']
);

rollback;
