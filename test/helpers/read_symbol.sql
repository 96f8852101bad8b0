-- The symbol of an entry of a snapshot.

begin;
\ir setup.psql
select plan(15);

select is_internal('monitoring.read_symbol(text, text, jsonb)', 'stable');
select is(monitoring.read_symbol('snapshot[3]', 'binance', jsonb_build_object('symbol', v.symbol)), 'APTUSDT', v.symbol || ' is canonical')
from unnest(array['APTUSDT', 'APT/USDT:USDT', ' aptusdt ']) as v (symbol);
select is(answer(format('monitoring.read_symbol(%L, %L, %L)', 'snapshot[3]', 'binance', v.entry)), '22023 snapshot[3].symbol', 'refuses ' || left(v.entry, 40))
from unnest(array[
    '{}', '{"symbol": null}', '{"symbol": 1}', '{"symbol": ""}', '{"symbol": "A\n"}', format('{"symbol": "%s"}', repeat('A', 65))
]) as v (entry);
select is(answer(format('monitoring.read_symbol(%L, %L, %L)', 'snapshot[3]', 'binance', v.entry)), '22023 snapshot[3]', 'is no object: ' || v.entry)
from unnest(array['[]', '"A"', 'null']) as v (entry);

select * from finish();
rollback;
