-- The symbols that a snapshot covers.

begin;
\ir setup.psql
select plan(14);

select is_internal('monitoring.check_covers(text, text[])', 'stable');

select is(answer(format('monitoring.check_covers(''binance'', %L)', v.covers)), v.covered, coalesce(v.covers, 'null') || ': ' || coalesce(v.covered, 'null'))
from (values
    (null, null),
    ('{}', '{}'),
    ('{APTUSDT}', '{APTUSDT}'),
    ('{" apt/usdt:usdt ",BTC/USD:BTC,APTUSDT}', '{APTUSDT,BTCUSD:BTC,APTUSDT}'),
    ('{NULL}', '22023 covers'),
    ('{APTUSDT,""}', '22023 covers'),
    ('{" "}', '22023 covers'),
    (format('{%s}', repeat('x', 65)), '22023 covers'),
    ('{APT/}', '22023 symbol')
) as v (covers, covered);
select is(answer('monitoring.check_covers(''binance'', array(select ''S'' || n from generate_series(1, 100001) as n))'), '22023 covers', 'too many');
select is(
    answer('cardinality(monitoring.check_covers(''binance'', array(select ''S'' || n from generate_series(1, 100000) as n)))'), '100000', 'as many as may be'
);

select * from finish();
rollback;
