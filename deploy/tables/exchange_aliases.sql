-- Deploy tradelatch:tables/exchange_aliases to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.exchange_aliases (
    alias text collate "C" primary key check (alias = lower(btrim(alias)) and alias <> ''),
    exchange text collate "C" not null check (exchange = lower(btrim(exchange)) and exchange <> '')
);

comment on table monitoring.exchange_aliases is
'Other names of a venue segment, in lower case: two spellings of one venue must not be two slots. A venue that is not listed is its own exchange. Add an alias before anything is traded under it: rows keep the name that they were created with.';

-- ccxt's names of the segments in which futures are traded, where bots in the field use the exchange's own (binance), and the
-- names that exchanges had in it before.
insert into monitoring.exchange_aliases (alias, exchange) values
('binanceusdm', 'binance'),
('bitfinex2', 'bitfinex'),
('coinbaseadvanced', 'coinbase'),
('gateio', 'gate'),
('huobi', 'htx'),
('huobipro', 'htx'),
('krakenfutures', 'kraken'),
('kucoinfutures', 'kucoin'),
('okex', 'okx'),
('okex3', 'okx'),
('okex5', 'okx');

commit;
