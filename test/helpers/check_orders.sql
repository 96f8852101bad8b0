-- Names of orders.

begin;
\ir setup.psql
select plan(14);

select is_internal('monitoring.check_orders(text, text[])', 'immutable');

select is(monitoring.check_orders('orders_ended', v.orders), v.orders, v.what)
from (values
    ('{}'::text[], 'none'),
    (array['tl0123456789abcdef0123456789e1', 'id:88', '*', 'tp 1'], 'of every kind'),
    (array['id:' || repeat('x', 100)], 'the longest id of an exchange'),
    (array_fill(text 'x', array[1000]), 'a thousand of them')
) as v (orders, what);
select is(answer(format('monitoring.check_orders(''orders_ended'', %s)', v.orders)), '22023 orders_ended', v.what)
from (values
    ('null', 'null'),
    ('array[null]', 'one that is null'),
    ('array[''x'', '''']', 'an empty one'),
    ('array[repeat(''x'', 104)]', 'an overlong one'),
    ('array[E''x\ny'']', 'control characters'),
    ('array_fill(text ''x'', array[1001])', 'too many')
) as v (orders, what);
select is(answer('monitoring.check_orders(''orders_placed'', null)'), '22023 orders_placed', 'the message names the argument');

select * from finish();
rollback;
