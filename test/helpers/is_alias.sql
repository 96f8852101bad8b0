-- Whether a spelling is an id of another symbol.

begin;
\ir setup.psql
select plan(8);

insert into monitoring.symbol_aliases (exchange, alias, symbol) values ('bybit', 'BTCPERP', 'BTCUSDC');
select monitoring.make_known_aliases();
select is_internal('monitoring.is_alias(text, text)', 'stable');
select is(monitoring.is_alias(v.exchange, v.symbol), v.said, v.why)
from (values
    ('bybit', 'BTCPERP', true, 'an id'),
    ('binance', 'BTCPERP', false, 'no id of another exchange'),
    ('bybit', 'BTCUSDC', false, 'no id, but the symbol'),
    ('bybit', 'ETHPERP', false, 'unknown'),
    ('bybit', null, false, 'no symbol')
) as v (exchange, symbol, said, why);

select * from finish();
rollback;
