-- What the event of a call says of the orders that it named.

begin;
\ir setup.psql
select plan(7);

select is_internal('monitoring.orders_said(text[], text[])', 'immutable');

select is(monitoring.orders_said(v.ended, v.placed), v.said::jsonb, v.what)
from (values
    ('{}'::text[], '{}'::text[], '{}', 'nothing'),
    (array['x'], '{}', '{"orders_ended": ["x"]}', 'those that ended'),
    ('{}', array['y', 'z'], '{"orders_placed": ["y", "z"]}', 'those that arrived'),
    (array['x'], array['x'], '{"orders_ended": ["x"], "orders_placed": ["x"]}', 'or both')
) as v (ended, placed, said, what);

select * from finish();
rollback;
