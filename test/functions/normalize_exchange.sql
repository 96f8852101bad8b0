begin;
\ir setup.psql
select plan(25);

-- First, because a session keeps what it was allowed to look up.
select is(
    (try($$normalize_exchange(' BinanceUSDM ')$$, role => r.role)).seen,
    'binance',
    r.role || ' may ask for the name of a venue'
)
from (values ('tradelatch_reader'), ('tradelatch_bot'), ('tradelatch_operator')) as r (role);

select declared('normalize_exchange', 'exchange text', 'text', executable_by => 'tradelatch_reader');
select volatility_is('tradelatch', 'normalize_exchange', array['text'], 'stable');

select is(
    tradelatch.normalize_exchange(e.spelling), monitoring.canonical_exchange(e.spelling), format('%s is what the book makes of it', e.spelling)
)
from (values ('binance'), ('binanceusdm'), (' Bybit '), ('Somewhere Else')) as e (spelling);

select refused_values('normalize_exchange', '{}', 'exchange', bad_texts(50));

select * from finish();
rollback;
