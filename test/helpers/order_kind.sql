-- What an order is.

begin;
\ir setup.psql
select plan(13);

select is_internal('monitoring.order_kind(monitoring.positions, text)', 'immutable');

select is(monitoring.order_kind(given_row(v.changes::jsonb), v.name), v.kind, v.what)
from (values
    ('{}', 'Ke1', 'entry', 'the entry'),
    ('{"origin": "adopted", "exchange_order_id": "88"}', 'id:88', 'entry', 'by the exchange''s id, where it is not ours'),
    ('{}', 'Ks2', 'stop_loss', 'a stop-loss'),
    ('{}', 'id:9', 'stop_loss', 'one without an id of ours'),
    ('{}', 'Kc3', 'close', 'a close'),
    ('{"own_orders": ["tp-1"]}', 'tp-1', 'own', 'one of the bot''s own'),
    ('{"own_orders": ["id:9"]}', 'id:9', 'own', 'by the exchange''s id, too'),
    ('{"own_orders": ["tp-1"]}', 'Ks1', 'stop_loss', 'beside others'),
    ('{}', '*', 'unnamed', 'closing orders that nobody can name'),
    ('{"origin": "adopted"}', 'id:88', 'stop_loss', 'where no entry is known')
) as v (changes, name, kind, what);

select * from finish();
rollback;
