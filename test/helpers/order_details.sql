-- The orders of a position that are left: what each is, since when, and until when somebody may still send it.

begin;
\ir setup.psql
select plan(16);

select is_in_views('monitoring.order_details(monitoring.positions)', 'stable');

set local timezone = 'UTC';
insert into monitoring.position_events (position_id, at, event, to_status, details)
values
    (7, '2026-01-01 01:00Z', 'confirm_orders', 'active', '{"orders_placed": ["tp-1"]}'),
    (7, '2026-01-01 02:00Z', 'confirm_orders', 'active', '{"orders_placed": ["tp-1"]}'),
    (7, '2026-01-01 03:00Z', 'activate_position', 'active', '{"client_order_id": "Ks1"}'),
    (8, '2026-01-01 00:00Z', 'activate_position', 'active', '{"client_order_id": "Ks2"}');

-- Created at 0:00, the orders moved last at 4:00, the lease ends at 5:00.
create function detailed(changes jsonb)
returns text
language sql
return (
    select string_agg(
        concat_ws(' ', o.name, o.kind, to_char(o.since, 'HH24:MI'), 'until ' || to_char(o.in_hand_until, 'HH24:MI:SS'),
            'others ' || to_char(o.others_until, 'HH24:MI:SS')), ', '
    )
    from monitoring.order_details(
        given_row('{"created_at": "2026-01-01T00:00Z", "orders_at": "2026-01-01T04:00Z", "lease_until": "2026-01-01T05:00Z"}' || detailed.changes)
    ) as o
);

select is(detailed(v.changes::jsonb), v.details, v.what)
from (values
    ('{}', null, 'none'),
    ('{"orders_arrived": ["Ks1"]}', 'Ks1 stop_loss 03:00', 'a stop-loss, since it was said to stand'),
    ('{"orders_arrived": ["tp-1"], "own_orders": ["tp-1"]}', 'tp-1 own 01:00', 'one of the bot''s own, since it was first told'),
    ('{"orders_arrived": ["Ke1"]}', 'Ke1 entry 00:00', 'the entry, since the position was created'),
    ('{"orders_arrived": ["Ks2", "*"]}', 'Ks2 stop_loss 04:00, * unnamed 04:00', 'any other, since the orders moved last'),
    ('{"status": "pending_entry"}', 'Ke1 entry 00:00 until 05:00:05', 'the one that is called for is in hand until lease and grace have passed'),
    ('{"status": "pending_sl", "orders_arrived": ["Ks1"]}', 'Ks1 stop_loss 03:00', 'unless it arrived'),
    ('{"orders_in_hand": {"Kc1": {"driver": true}}}', 'Kc1 close 04:00 until 05:00:05', 'so is whatever the driver has in hand'),
    (
        '{"orders_in_hand": {"Kc1": {"until": "2026-01-01T03:30Z"}}}', 'Kc1 close 04:00 until 03:30:00 others 03:30:00',
        'what an earlier one has until its time'
    ),
    (
        '{"orders_in_hand": {"Kc1": {"driver": true, "until": "2026-01-01T06:00Z"}}}', 'Kc1 close 04:00 until 06:00:00 others 06:00:00',
        'what both have until the later'
    ),
    (
        '{"status": "pending_sl", "orders_in_hand": {"Ks1": {"until": "2026-01-01T06:00Z"}}}', 'Ks1 stop_loss 03:00 until 06:00:00 others 06:00:00',
        'also where it is called for'
    ),
    (
        '{"orders_in_hand": {"Kc1": {"driver": true, "until": "2026-01-01T03:30Z"}}}', 'Kc1 close 04:00 until 05:00:05 others 03:30:00',
        'and of whoever else may send it, apart'
    ),
    ('{"status": "closed", "orders_arrived": ["Ks1"]}', 'Ks1 stop_loss 03:00', 'of one that was released: what was left')
) as v (changes, details, what);

select * from finish();
rollback;
