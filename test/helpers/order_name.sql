-- An exchange's id that was reported beside an id of ours names the same order.

begin;
\ir setup.psql
select plan(15);

select is_internal('monitoring.order_name(monitoring.positions, text)', 'stable');

insert into monitoring.position_events (position_id, at, event, to_status, details)
values
    (7, now(), 'activate_position', 'active', '{"client_order_id": "Ks1", "stop_loss_order_id": "31"}'),
    (7, now(), 'activate_position', 'active', '{"client_order_id": "Ks2", "stop_loss_order_id": "32"}'),
    (7, now(), 'activate_position', 'active', '{"client_order_id": null, "stop_loss_order_id": "33"}'),
    (7, now(), 'activate_position', 'active', '{"client_order_id": "Ks4", "stop_loss_order_id": "35"}'),
    (7, now(), 'activate_position', 'active', '{"client_order_id": "Ks5", "stop_loss_order_id": "35"}'),
    (8, now(), 'activate_position', 'active', '{"client_order_id": "Ls1", "stop_loss_order_id": "34"}');

select is(monitoring.order_name(given_row('{"exchange_order_id": "88"}' || v.changes::jsonb), v.name), v.known_as, v.what)
from (values
    ('{}', 'Ks1', 'Ks1', 'one of ours'),
    ('{}', 'tp-1', 'tp-1', 'one of the bot''s own'),
    ('{}', '*', '*', 'closing orders that nobody can name'),
    ('{}', 'id:88', 'Ke1', 'the entry'),
    ('{"origin": "adopted"}', 'id:88', 'id:88', 'an entry that is not ours'),
    ('{"stop_loss_order": "Ks2", "stop_loss_order_id": "40"}', 'id:40', 'Ks2', 'the stop-loss that stands'),
    ('{}', 'id:31', 'Ks1', 'one before it'),
    ('{}', 'id:35', 'Ks5', 'the latest of two'),
    ('{}', 'id:33', 'id:33', 'one without an id of ours'),
    ('{}', 'id:34', 'id:34', 'one of another position'),
    ('{"orders_arrived": ["id:31"]}', 'id:31', 'id:31', 'or as it is left'),
    ('{"orders_in_hand": {"id:32": {"driver": true}}}', 'id:32', 'id:32', 'or as it is in hand')
) as v (changes, name, known_as, what);

select * from finish();
rollback;
