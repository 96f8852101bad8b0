-- Verify tradelatch:tables/exchange_aliases on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.exchange_aliases', 'table');

select pg_temp.assert_equal(
    'exchange of alias binanceusdm in monitoring.exchange_aliases',
    (
        select a.exchange
        from monitoring.exchange_aliases as a
        where a.alias = 'binanceusdm'
    ),
    'binance'
);

rollback;
