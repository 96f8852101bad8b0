-- Orders that may be on the exchange.

begin;
\ir setup.psql
select plan(7);

select is_internal('monitoring.orders_to_cancel(text[], text, text, integer)', 'immutable');
select is(monitoring.orders_to_cancel(v.earlier, 'tl0', v.kind, v.attempt), v.orders, v.what)
from (values
    (array[]::text[], 'stop_loss', 0, array[]::text[], 'none was sent'),
    (array[]::text[], 'stop_loss', 1, array['tl0s1'], 'the current one'),
    (array['tl0s1', 'id:7'], 'stop_loss', 2, array['tl0s1', 'id:7', 'tl0s2'], 'the current one and those before'),
    (array['id:7'], 'close', 0, array['id:7'], 'one that is not ours')
) as v (earlier, kind, attempt, orders, what);

select * from finish();
rollback;
