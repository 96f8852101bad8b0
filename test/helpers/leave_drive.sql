-- An active position that nobody drove becomes unfinished: claim_stale takes it at once.

begin;
\ir setup.psql
select plan(11);

select is_internal('monitoring.leave_drive(monitoring.positions, monitoring.positions)', 'volatile');

create function left_alone(before jsonb, after jsonb, lease_left interval default '1 hour')
returns jsonb
language plpgsql
as $$
declare
    v_lease jsonb := jsonb_build_object(
        'lease_until', date_trunc('milliseconds', clock_timestamp()) + left_alone.lease_left,
        'drive_attempt', '11111111-1111-4111-8111-111111111111'
    );
    v_after monitoring.positions := given_row(left_alone.before || v_lease || left_alone.after);
begin
    return changed(v_after, monitoring.leave_drive(given_row(left_alone.before || v_lease), v_after));
end
$$;

select ok(
    c.changes - '{fence,lease_until}'::text[] = '{"drive_attempt": null}'
    and (c.changes ->> 'lease_until')::timestamptz = 'epoch'
    and (c.changes ->> 'fence')::bigint > 3,
    'it is under a new fence, which is nobody''s, without a lease'
)
from left_alone('{"stop_loss_order": "Ks1", "orders_arrived": ["Ks1"]}', '{"status": "pending_sl", "orders_arrived": []}') as c (changes);
select is(left_alone(v.before::jsonb, v.after::jsonb), '{}', v.what)
from (values
    ('{"status": "active"}', '{"status": "active", "orders_arrived": []}', 'not one that is active still'),
    ('{"status": "pending_sl"}', '{"status": "pending_cancels"}', 'not one that was unfinished before'),
    (
        '{"status": "active", "stop_loss_order": "Ks2", "orders_arrived": ["Ks1", "Ks2"]}', '{"status": "pending_sl"}',
        'not one whose driver looks after another order'
    ),
    ('{"status": "active", "orders_in_hand": {"x": {"driver": true}}}', '{"status": "pending_sl"}', 'or has one in hand')
) as v (before, after, what);
select ok(
    c.changes ? 'fence', 'but one whose driver is gone, whatever it looked after'
)
from left_alone(
    '{"status": "active", "stop_loss_order": "Ks2", "orders_arrived": ["Ks1", "Ks2"]}', '{"status": "pending_sl"}', '-5 seconds'
) as c (changes);
select ok(not c.changes ? 'fence', 'after the grace time')
from left_alone(
    '{"status": "active", "stop_loss_order": "Ks2", "orders_arrived": ["Ks1", "Ks2"]}', '{"status": "pending_sl"}', '-4 seconds'
) as c (changes);
-- What it had in hand while its lease lasted stays so.
select is(
    (c.changes #>> '{orders_in_hand,x,until}')::timestamptz < clock_timestamp(), true, 'what it had in hand was so until its grace time ended'
)
from left_alone('{"status": "active", "orders_in_hand": {"x": {"driver": true}}}', '{"status": "pending_sl"}', '-5 seconds') as c (changes);

select * from finish();
rollback;
