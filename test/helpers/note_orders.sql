-- What is said of the orders of a position: these ended, these arrived.

begin;
\ir setup.psql
select plan(44);

select is_internal('monitoring.note_orders(monitoring.positions, text[], text[], boolean, boolean)', 'volatile');

-- The key of the row is tl and 22 digits: K stands for it.
create function noted(changes text, ended text, placed text, who text default 'anybody', ends_fills boolean default false)
returns text
language plpgsql
as $$
declare
    v_key constant text := 'tl0123456789abcdef012345';
    v_before monitoring.positions := given_row(
        replace(noted.changes, '"K', '"' || v_key)::jsonb || jsonb_build_object('order_key', v_key)
    );
    v_after monitoring.positions;
begin
    v_after := monitoring.note_orders(
        v_before,
        regexp_replace(noted.ended, '\mK', v_key, 'g')::text[],
        regexp_replace(noted.placed, '\mK', v_key, 'g')::text[],
        noted.who = 'driver', noted.ends_fills
    );
    return replace(changed(v_before, v_after)::text, v_key, 'K');
exception
    when sqlstate '22023' or sqlstate 'TL005' then
        return sqlstate;
end
$$;

-- Ended.

select is(noted(v.changes, v.ended, '{}', v.who, v.ends_fills), v.noted, v.what)
from (values
    ('{"orders_arrived": ["Ks1"]}', '{Ks1}', 'anybody', false, '{"orders_arrived": []}', 'one that arrived'),
    ('{"orders_arrived": ["Ks1", "Ks2"]}', '{Ks1,Ks2}', 'anybody', false, '{"orders_arrived": []}', 'two'),
    ('{"orders_arrived": ["Ks1"]}', '{Ks1,Ks1}', 'anybody', false, '{"orders_arrived": []}', 'one twice'),
    ('{"orders_arrived": ["Ks1"]}', '{Ks3,x,id:9}', 'anybody', false, '{}', 'what is not left is ignored'),
    ('{"orders_arrived": ["*"]}', '{*}', 'anybody', false, '{"orders_arrived": []}', 'closing orders that nobody can name'),
    (
        '{"orders_arrived": ["Ks1"], "stop_loss_order": "Ks1", "stop_loss_order_id": "9"}', '{id:9}', 'anybody', false,
        '{"status": "pending_sl", "orders_arrived": [], "stop_loss_order": null, "stop_loss_attempt": 2, "stop_loss_order_id": null}',
        'one by the exchange''s id'
    ),
    ('{"status": "pending_sl"}', '{Ks1}', 'driver', false, '{"stop_loss_attempt": 2}', 'one in the driver''s hand'),
    ('{"status": "pending_sl"}', '{Ks1}', 'anybody', false, '{}', 'which nobody else may end'),
    (
        '{"status": "pending_sl", "orders_in_hand": {"Ks1": {"until": "2999-01-01"}}}', '{Ks1}', 'driver', false, '{}',
        'nor the driver, while an earlier one may send it'
    ),
    ('{"orders_arrived": ["Ke1"]}', '{Ke1}', 'driver', false, '{}', 'an entry may have filled at its end: it is ignored'),
    ('{"orders_arrived": ["Ke1"]}', '{Ke1}', 'anybody', true, '{"orders_arrived": []}', 'unless its fill is said'),
    ('{"orders_arrived": ["Ke1"], "exchange_order_id": "88"}', '{id:88}', 'anybody', false, '{}', 'by whatever name'),
    (
        '{"orders_arrived": ["x"], "own_orders": ["x"]}', '{x}', 'anybody', false, '{"own_orders": null, "orders_arrived": []}',
        'a take-profit'
    ),
    (
        '{"status": "pending_cancels", "orders_arrived": ["x"], "own_orders": ["x"]}', '{x}', 'anybody', false, '{}',
        'which may have been a DCA, where nothing is said to be open'
    ),
    (
        '{"status": "pending_cancels", "orders_arrived": ["x"], "own_orders": ["x"]}', '{x}', 'anybody', true,
        '{"own_orders": null, "orders_arrived": []}', 'unless a look at the position said so'
    ),
    (
        '{"status": "pending_cancels", "orders_arrived": ["Ks1"]}', '{Ks1}', 'anybody', false, '{"orders_arrived": []}',
        'a stop-loss ends there, too'
    )
) as v (changes, ended, who, ends_fills, noted, what);

-- Arrived.

select is(noted(v.changes, '{}', v.placed, v.who), v.noted, v.what)
from (values
    ('{"status": "pending_entry"}', '{Ke1}', 'anybody', '{"orders_arrived": ["Ke1"]}', 'an entry arrived'),
    ('{"status": "pending_sl"}', '{Ks1}', 'anybody', '{"orders_arrived": ["Ks1"]}', 'a stop-loss that was called for'),
    (
        '{"orders_in_hand": {"Ks1": {"driver": true}, "y": {"driver": true}}}', '{Ks1}', 'anybody',
        '{"orders_arrived": ["Ks1"], "orders_in_hand": {"y": {"driver": true}}}', 'one in hand is so no more'
    ),
    (
        '{"orders_in_hand": {"Ks1": {"until": "2999-01-01"}}}', '{Ks1}', 'anybody',
        '{"orders_arrived": ["Ks1"], "orders_in_hand": null}', 'in whose hand it was'
    ),
    ('{"orders_arrived": ["Ks1"]}', '{Ks1}', 'anybody', '{}', 'one that is known to'),
    ('{"orders_arrived": ["Ks1"], "stop_loss_order": "Ks1", "stop_loss_order_id": "9"}', '{id:9}', 'anybody', '{}', 'by whatever name'),
    ('{"stop_loss_attempt": 2, "close_attempt": 1}', '{Ke1,Ks1,Ks2,Kc1}', 'anybody', '{}', 'one of ours that ended stays ended'),
    ('{}', '{Ks2}', 'driver', 'TL005', 'a stop-loss that was never handed out'),
    ('{}', '{Kc1}', 'driver', 'TL005', 'a close'),
    ('{}', '{Ke2}', 'driver', 'TL005', 'an entry'),
    ('{}', '{Ks99999999999999999999}', 'driver', 'TL005', 'however far away'),
    ('{}', '{tlffffffffffffffffffffffs1}', 'driver', 'TL005', 'one of another position'),
    ('{}', '{*}', 'driver', '22023', 'orders have names'),
    ('{"exchange_order_id": "88"}', '{id:88}', 'anybody', '{}', 'an entry that ended'),
    ('{"origin": "adopted", "exchange_order_id": "88"}', '{id:88}', 'anybody', '{}', 'that was not ours, too')
) as v (changes, placed, who, noted, what);

select is(noted(v.changes, '{Ks1}', '{Ks1}', 'anybody'), v.noted, v.what)
from (values
    ('{"status": "pending_sl"}', '{"stop_loss_attempt": 2}', 'whoever saw it arrive may say that it ended'),
    (
        '{"orders_in_hand": {"Ks1": {"driver": true, "until": "2999-01-01"}}}', '{"orders_in_hand": null}',
        'in whose hand it ever was'
    )
) as v (changes, noted, what);

-- The bot's own.

select is(
    noted('{}', '{}', '{tp-1}', 'driver'), '{"own_orders": ["tp-1"], "orders_in_hand": {"tp-1": {"driver": true}}}',
    'told by the driver before it is sent'
);
select is(
    noted('{"own_orders": ["tp-1"], "orders_in_hand": {"tp-1": {"driver": true}}}', '{}', '{tp-1}', 'anybody'),
    '{"orders_arrived": ["tp-1"], "orders_in_hand": null}', 'told again, it has arrived'
);
select is(
    noted('{"own_orders": ["tp-1"], "orders_arrived": ["tp-1"]}', '{}', '{dca-1}', 'driver'),
    '{"own_orders": ["tp-1", "dca-1"], "orders_in_hand": {"dca-1": {"driver": true}}}', 'beside another one'
);
select is(noted('{}', '{tp-1}', '{tp-1}', 'anybody'), '{}', 'one that came and went');
select ok(
    (n.after).orders_in_hand -> 'tp-1' ? 'until'
    and ((n.after).orders_in_hand #>> '{tp-1,until}')::timestamptz - clock_timestamp() between interval '60 seconds' and interval '65 seconds',
    'in nobody''s hand it is for a minute and the grace time'
)
from (select monitoring.note_orders(given_row(), '{}', '{tp-1}', false, false) as after) as n;
insert into monitoring.position_events (position_id, at, event, to_status, details)
values
    (7, now(), 'confirm_orders', 'active', '{"orders_ended": ["tp-0"]}'),
    (8, now(), 'confirm_orders', 'active', '{"orders_ended": ["tp-2"]}');
select is(noted('{}', '{}', '{tp-0}', 'driver'), '{}', 'one that ended stays ended');
select is(
    noted('{}', '{}', '{tp-2}', 'driver'), '{"own_orders": ["tp-2"], "orders_in_hand": {"tp-2": {"driver": true}}}',
    'that of another position does not count'
);
select is(
    noted('{"own_orders": ["tp-1"], "orders_in_hand": {"tp-1": {"driver": true}}}', '{tp-1}', '{}', 'anybody'), '{}',
    'in the driver''s hand it is ended by the driver'
);

select * from finish();
rollback;
