-- A drive changes hands.

begin;
\ir setup.psql
select plan(26);

select is_internal('monitoring.hand_over(monitoring.positions, interval, uuid)', 'volatile');

-- The lease ended so long ago, or ends in so long.
create function handed_over(changes jsonb, lease_left interval)
returns table (before monitoring.positions, after monitoring.positions)
language plpgsql
as $$
begin
    before := given_row(handed_over.changes || jsonb_build_object('lease_until', clock_timestamp() + handed_over.lease_left));
    after := monitoring.hand_over(before, '2 minutes', '11111111-1111-4111-8111-111111111111');
    return next;
end
$$;

select cmp_ok((h.after).fence, '>', (h.before).fence, 'under a new fence') from handed_over('{"status": "pending_sl"}', '0') as h;
select isnt((h.after).fence, (i.after).fence, 'another one each time')
from handed_over('{"status": "pending_sl"}', '0') as h
cross join handed_over('{"status": "pending_sl"}', '0') as i;
select ok(
    (h.after).lease_until between clock_timestamp() + interval '110 seconds' and clock_timestamp() + interval '2 minutes',
    'with a lease from now on'
)
from handed_over('{"status": "pending_sl"}', '1 hour') as h;
select is((h.after).drive_attempt, '11111111-1111-4111-8111-111111111111', 'for the call that is given it')
from handed_over('{"status": "pending_sl"}', '0') as h;

-- The order that is called for: a fresh id while the driver before may still send it.

select is(
    concat_ws(' ', monitoring.current_order(h.after), array_to_string(monitoring.orders_left(h.after), ',')),
    v.orders,
    v.what
)
from (values
    ('{"status": "pending_sl"}', interval '1 hour', 'Ks2 Ks1,Ks2', 'a fresh stop-loss while the lease lasts'),
    ('{"status": "pending_sl"}', '-4 seconds', 'Ks2 Ks1,Ks2', 'and the grace time'),
    ('{"status": "pending_sl"}', '-5 seconds', 'Ks1 Ks1', 'the same one after it'),
    ('{"status": "pending_sl", "orders_arrived": ["Ks1"]}', '1 hour', 'Ks1 Ks1', 'and where it arrived'),
    ('{"status": "pending_close", "close_attempt": 1, "close_quantity": 4}', '1 hour', 'Kc2 Kc1,Kc2', 'a fresh close'),
    ('{"status": "pending_rollback", "close_attempt": 1, "close_quantity": 4}', '1 hour', 'Kc2 Kc1,Kc2', 'of a rollback, too'),
    ('{"status": "pending_close", "close_attempt": 1, "close_quantity": 4}', '-5 seconds', 'Kc1 Kc1', 'or the same one'),
    ('{"status": "pending_entry"}', '1 hour', 'Ke1 Ke1', 'an entry is one for ever'),
    ('{"status": "pending_entry"}', '-5 seconds', 'Ke1 Ke1', 'whenever'),
    ('{"status": "active"}', '1 hour', '', 'none, where none is called for'),
    ('{"status": "pending_sl", "orders_withheld": true}', '1 hour', '', 'or where it is withheld')
) as v (changes, lease_left, orders, what)
cross join handed_over(v.changes::jsonb, v.lease_left) as h;

-- Who may end what.

select is(
    concat_ws(
        ' ', v.name,
        case when (h.after).orders_in_hand -> v.name ? 'driver' then 'driver' end,
        case
            when ((h.after).orders_in_hand -> v.name ->> 'until')::timestamptz = (h.before).lease_until + monitoring.grace()
                then 'grace'
            else (h.after).orders_in_hand -> v.name ->> 'until'
        end
    ),
    v.hand,
    v.what
)
from (values
    ('{"status": "pending_sl"}', 'Ks1', 'Ks1 grace', 'what the driver before had stays in its hand, grace time included'),
    ('{"status": "pending_sl"}', 'Ks2', 'Ks2', 'the fresh one is in no earlier hand'),
    ('{"status": "pending_entry"}', 'Ke1', 'Ke1 grace', 'an entry is in both'),
    ('{"status": "active", "orders_in_hand": {"x": {"driver": true}}}', 'x', 'x grace', 'so does an order of the bot''s own'),
    ('{"status": "active", "orders_in_hand": {"x": {"until": "2999-01-01"}}}', 'x', 'x 2999-01-01', 'what an earlier one had stays as it was'),
    (
        '{"status": "pending_sl", "stop_loss_attempt": 2, "orders_in_hand": {"Ks1": {"driver": true}}}', 'Ks1', 'Ks1 grace',
        'and what was called for before'
    )
) as v (changes, name, hand, what)
cross join handed_over(v.changes::jsonb, '1 hour') as h;

select is(
    changed(h.before, h.after) - '{fence,lease_until,drive_attempt,stop_loss_attempt,orders_in_hand}'::text[], '{}',
    'nothing else of it changes'
)
from handed_over('{"status": "pending_sl", "drive_attempt": "22222222-2222-4222-8222-222222222222"}', '1 hour') as h;
select is((h.after).orders_in_hand, null, 'in an ordinary life nothing is in hand')
from handed_over('{"status": "active", "orders_arrived": ["Ks1"]}', '1 hour') as h;

select * from finish();
rollback;
