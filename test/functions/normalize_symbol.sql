begin;
\ir setup.psql
select plan(75);

-- First, because a session keeps what it was allowed to look up.
select is(
    (try($$normalize_symbol('apt/usdt')$$, role => r.role)).seen,
    'APTUSDT',
    r.role || ' may ask for the spelling of a symbol'
)
from (values ('tradelatch_reader'), ('tradelatch_bot'), ('tradelatch_operator')) as r (role);

select declared('normalize_symbol', 'symbol text', 'text', executable_by => 'tradelatch_reader');
select volatility_is('tradelatch', 'normalize_symbol', array['text'], 'immutable');

select is(tradelatch.normalize_symbol(s.spelling), s.canonical, format('%s is %s', s.spelling, s.canonical))
from (values
    ('APTUSDT', 'APTUSDT'),
    ('APT/USDT', 'APTUSDT'),
    ('APT/USDT:USDT', 'APTUSDT'),
    (' aptusdt ', 'APTUSDT'),
    ('apt/usdt:usdt', 'APTUSDT'),
    ('1000PEPE/USDT:USDT', '1000PEPEUSDT'),
    ('BTC/USDT:USDT-261225', 'BTCUSDT-261225'),
    ('BTCUSDT_261225', 'BTCUSDT-261225'),
    ('BTCUSDT-261225', 'BTCUSDT-261225'),
    ('btc/usdt:usdt-261225', 'BTCUSDT-261225'),
    ('BTC/USD:BTC', 'BTCUSD:BTC'),
    ('btc/usd:btc', 'BTCUSD:BTC'),
    ('BTC/USD:BTC-261225', 'BTCUSD:BTC-261225'),
    ('BTC/USDC:USDC', 'BTCUSDC'),
    ('APT-USDT', 'APTUSDT'),
    ('APT_USDT', 'APTUSDT'),
    ('APTUSDT.P', 'APTUSDT'),
    ('BINANCE:APTUSDT.P', 'APTUSDT'),
    ('bybit:aptusdt', 'APTUSDT'),
    ('APTUSDTPERP', 'APTUSDT'),
    ('APTUSDT_PERP', 'APTUSDT'),
    ('APTUSDT-PERP', 'APTUSDT'),
    ('APTUSDT-PERP.BINANCE', 'APTUSDT'),
    ('APTUSDT-LINEAR.BYBIT', 'APTUSDT'),
    ('APT-USDT-SWAP', 'APTUSDT'),
    ('APT-USDT-SWAP.OKX', 'APTUSDT'),
    ('APTUSDCPERP', 'APTUSDC'),
    ('APTFDUSD.P', 'APTFDUSD'),
    ('PERPUSDT', 'PERPUSDT'),
    ('PERPUSDTPERP', 'PERPUSDT'),
    ('PERP/USDT:USDT', 'PERPUSDT'),
    ('BTCPERP', 'BTCPERP'),
    ('BTC-PERP', 'BTC-PERP'),
    ('PERP', 'PERP'),
    ('USDTPERP', 'USDTPERP'),
    ('USDCUSDT', 'USDCUSDT'),
    ('BTCUSD_PERP', 'BTCUSD:BTC'),
    ('BTC-USD-SWAP', 'BTCUSD:BTC'),
    ('BTCUSD-INVERSE.BYBIT', 'BTCUSD:BTC'),
    ('BTC-USD-PERP', 'BTCUSD'),
    ('BTCUSD:BTC', 'BTCUSD:BTC'),
    ('BTC-USDT-261225', 'BTCUSDT-261225'),
    ('BTC_USDT_20261225', 'BTCUSDT-20261225'),
    ('BTCUSDT:USDT', 'BTCUSDT'),
    ('ETHBTC', 'ETHBTC')
) as s (spelling, canonical);

select is_empty(
    $$
        select s.canonical
        from (values ('APTUSDT'), ('BTCUSDT-261225'), ('BTCUSD:BTC'), ('BTCUSD:BTC-261225')) as s (canonical)
        where tradelatch.normalize_symbol(s.canonical) <> s.canonical
    $$,
    'what is canonical stays as it is'
);
select is(
    tradelatch.normalize_symbol('éusdt'),
    'éUSDT',
    'collation "C" knows 26 letters, whatever the locale of the database'
);

select refused_values(
    'normalize_symbol',
    '{}',
    'symbol',
    bad_texts(64) || array['/', 'APT/', '/USDT', 'A PT/USDT', U&'A\3000USDT', 'APT/USDT/USDT', ':']
);

select * from finish();
rollback;
