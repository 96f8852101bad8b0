-- Verify tradelatch:types/exchange on pg

begin;

\ir ../assert.psql

select pg_temp.assert_domain(
    'monitoring.exchange',
    base => 'text',
    compared_in => '"C"',
    takes => 'binance',
    refuses => array['', 'Binance', ' binance', repeat('x', 51)]
);

rollback;
