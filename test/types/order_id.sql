-- The exchange's id of an order.

begin;
\ir setup.psql
select plan(15);

select is_domain('order_id', 'text');
select takes('order_id', v.value)
from unnest(array['53190368', repeat('x', 100)]) as v (value);
select refuses('order_id', v.value)
from unnest(array['', ' ', repeat('x', 101)]) as v (value);
select refuses_control_characters('order_id');

select * from finish();
rollback;
