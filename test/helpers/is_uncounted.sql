-- Whether what an order filled can be in the open quantity already.

begin;
\ir setup.psql
select plan(19);

select is_internal('monitoring.is_uncounted(monitoring.positions, text, text)', 'stable');

-- The log of one position; what was said last counts.
create function uncounted(events jsonb, changes jsonb, kind text, name text)
returns boolean
language plpgsql
as $$
begin
    delete from monitoring.position_events
    where position_id = 7;
    insert into monitoring.position_events (position_id, event, from_status, to_status, details)
    select 7, e.value ->> 0, 'active', 'pending_sl', e.value -> 1
    from jsonb_array_elements(uncounted.events) as e;
    return monitoring.is_uncounted(given_row(uncounted.changes), uncounted.name, uncounted.kind);
end
$$;
alter table monitoring.position_events disable trigger all;
select is(uncounted(v.events::jsonb, v.changes::jsonb, v.kind, v.name), v.answer, v.what)
from (values
    ('[["confirm_entry", {}], ["begin_close", {}]]', '{}', 'close', 'Kc1', true, 'no size was said but by the entry''s fill'),
    ('[["resize_position", {"reckoned": true}]]', '{}', 'own', 'tp', true, 'a size reckoned from the book has in it what it names'),
    ('[["reissue_order", {"remaining": null}]]', '{}', 'own', 'tp', true, 'an order called for again is no size'),
    ('[["plain_update", {"stop_loss_price": [1, 2]}]]', '{}', 'own', 'tp', true, 'a price is no size'),
    ('[["confirm_orders", {"orders_placed": ["tp"]}], ["resize_position", {}]]', '{}', 'own', 'tp', false, 'a size that was seen'),
    (
        '[["resize_position", {}], ["confirm_orders", {"orders_placed": ["tp"]}]]', '{}', 'own', 'tp', true,
        'an order that was told after it'
    ),
    (
        '[["confirm_orders", {"orders_placed": ["tp"]}], ["resize_position", {}], ["confirm_orders", {"orders_placed": ["tp"]}]]', '{}',
        'own', 'tp', false, 'told again, it is no newer'
    ),
    ('[["confirm_orders", {"orders_placed": ["tp"]}], ["reissue_order", {"remaining": 1}]]', '{}', 'own', 'tp', false, 'what remained'),
    ('[["plain_update", {"open_quantity": [2, 1]}]]', '{}', 'close', 'Kc1', false, 'a size that somebody wrote'),
    ('[["restore_backup", {}]]', '{}', 'stop_loss', 'id:9', false, 'what was restored'),
    ('[["resize_position", {}]]', '{"stop_loss_sized": 2}', 'stop_loss', 'Ks1', false, 'the stop-loss before the size'),
    ('[["resize_position", {}]]', '{"stop_loss_sized": 2}', 'stop_loss', 'Ks2', true, 'the one for it'),
    ('[["resize_position", {}]]', '{"close_attempt": 2}', 'close', 'Kc1', false, 'the close before the size'),
    ('[["resize_position", {}]]', '{"close_attempt": 2}', 'close', 'Kc2', true, 'the one for it'),
    ('[["resize_position", {}], ["resize_position", {"reckoned": true}]]', '{"stop_loss_sized": 3}', 'stop_loss', 'Ks2', false,
        'reckoned from one that was seen')
) as v (events, changes, kind, name, answer, what);
insert into monitoring.position_events (position_id, event, from_status, to_status, details)
values (7, 'resize_position', 'pending_close', 'pending_close', '{}');
select is(
    monitoring.is_uncounted(given_row(), 'Ks1', 'stop_loss'), false,
    'the stop-loss of a position whose size was seen while it was being closed'
);

select * from finish();
rollback;
