-- An exchange's own ids of its markets.

begin;
set local search_path = tap, pg_catalog;
select plan(7);

select table_owner_is('monitoring', 'symbol_aliases', 'tradelatch_owner', 'it is the owner''s');
select col_is_pk('monitoring', 'symbol_aliases', array['exchange', 'alias'], 'an id means one symbol on its exchange');
select col_not_null('monitoring', 'symbol_aliases', 'symbol', 'and it means one');
select throws_ok(
    format('insert into monitoring.symbol_aliases values (%L, %L, %L)', v.exchange, v.alias, v.symbol), '23514', null, 'refuses ' || v.why
)
from (values
    ('bybit', 'BTCPERP', 'BTCPERP', 'an id of itself'),
    ('bybit', 'btcperp', 'BTCUSDC', 'what is not canonical'),
    ('bybit', 'BTCPERP', 'BTC/USDC', 'a symbol that is not'),
    ('Bybit', 'BTCPERP', 'BTCUSDC', 'an exchange that is not')
) as v (exchange, alias, symbol, why);

select * from finish();
rollback;
