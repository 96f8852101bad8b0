-- The name of the entry order.

begin;
\ir setup.psql
select plan(6);

select is_internal('monitoring.entry_order(text, text, text)', 'immutable');

select is(monitoring.entry_order(v.origin, 'K', v.exchange_order_id), v.name, v.what)
from (values
    ('created', '88', 'Ke1', 'ours has an id of ours, also where the exchange''s is known'),
    ('adopted', '88', 'id:88', 'one that was found has the exchange''s'),
    ('legacy', null, null, 'or none')
) as v (origin, exchange_order_id, name, what);

select * from finish();
rollback;
