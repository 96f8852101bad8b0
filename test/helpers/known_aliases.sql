-- The ids of markets as a constant.

begin;
\ir setup.psql
select plan(9);

select is_internal('monitoring.known_aliases()', 'stable');
select is_internal('monitoring.make_known_aliases()', 'volatile');
select is(monitoring.known_aliases(), '{}', 'none in a book that was told none');
insert into monitoring.symbol_aliases (exchange, alias, symbol)
values ('bybit', 'BTCPERP', 'BTCUSDC'), ('bybit', 'ETHPERP', 'ETHUSDC'), ('kraken', 'PF_XBTUSD', 'BTCUSD');
select monitoring.make_known_aliases();
select is(
    monitoring.known_aliases(),
    '{"bybit": {"BTCPERP": "BTCUSDC", "ETHPERP": "ETHUSDC"}, "kraken": {"PF_XBTUSD": "BTCUSD"}}',
    'made from the table'
);
delete from monitoring.symbol_aliases;
select monitoring.make_known_aliases();
select is(monitoring.known_aliases(), '{}', 'and made anew');

select * from finish();
rollback;
