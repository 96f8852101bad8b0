-- Backed up and ended, in the name of an operator's function.

begin;
\ir setup.psql
select plan(19);

select is_internal('monitoring.end_position(uuid, bigint, text, text, text, jsonb)', 'volatile');

select position_id as position, fence from tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333) \gset
select tradelatch.confirm_entry(:position, :fence, 61.8, 3.23);
create table before as
select p.* from monitoring.positions as p where p.id = :position;

create function ended(
    to_status text, move text, details text default '{}', backup_id uuid default '11111111-1111-4111-8111-111111111111'
)
returns text
language sql
return answer(format(
    'monitoring.end_position(%L, %s, %L, %L, ''gone'', %L)',
    ended.backup_id, (select b.id from before as b), ended.to_status, ended.move, ended.details
));

-- Only where the move is legal; then nothing is backed up either.

select is(ended(v.to_status, v.move), 'TL002', format('%s of pending_sl to %s', v.move, v.to_status))
from (values
    ('rolled_back', 'release_position'), ('canceled', 'reconcile'), ('failed', 'cleanup'), ('closed', 'restore_backup'),
    ('active', 'cleanup')
) as v (to_status, move);
select is((select p::text from monitoring.positions as p where p.id = b.id), b::text, 'it is as it was') from before as b;
select is((select count(*) from monitoring.position_backups), 0::bigint, 'nothing was backed up');

select is(ended('closed', 'cleanup', '{"check_name": "orphaned_db", "reason": "mine", "backup_id": "mine"}'), '', 'a legal one');
select is(
    (p.status, p.open_quantity, p.exit_reason, p.closed_at = p.updated_at, p.fence, p.filled_quantity)::text,
    ('closed', 0, 'gone', true, b.fence, b.filled_quantity)::text,
    'it is over, nothing is open, and the reason is known'
)
from monitoring.positions as p
inner join before as b on b.id = p.id;
select results_eq(
    format('select event, from_status, to_status, details from monitoring.position_events where position_id = %s order by id desc limit 1', :position),
    $$
        values (
            'cleanup', 'pending_sl', 'closed',
            '{"check_name": "orphaned_db", "reason": "gone", "backup_id": "11111111-1111-4111-8111-111111111111"}'::jsonb
        )
    $$,
    'the event has the details, the reason and the backup'
);
select is(
    (k.position = to_jsonb(b), k.made_by, k.reason, jsonb_array_length(k.events))::text,
    (true, 'cleanup', 'gone', 2)::text,
    'the backup has what it was before'
)
from before as b
inner join monitoring.position_backups as k on k.position_id = b.id;

-- With orders left it waits for them, and nobody drives it.

select position_id as other, fence as other_fence from tradelatch.create_position('binance', 'AVLUSDT', 'long', 43, 0.1358, attempt => gen_random_uuid()) \gset
select tradelatch.confirm_entry(:other, :other_fence, 20, 0.1358);
delete from before;
insert into before
select p.* from monitoring.positions as p where p.id = :other;
select is(ended('pending_cancels', 'reconcile'), '', 'gone, and orders of it are left');
select is(
    (
        p.status, p.ends_as, p.open_quantity, p.orders_in_hand,
        p.orders_arrived = array[p.order_key || 'e1', p.order_key || 's1']
    )::text,
    ('pending_cancels', 'closed', 0, null, true)::text,
    'it becomes closed when they ended'
)
from before as b
inner join monitoring.positions as p on p.id = b.id;
select ok(p.fence > b.fence and p.lease_until = 'epoch' and p.drive_attempt is null, 'under a new fence, which is nobody''s, without a lease')
from before as b
inner join monitoring.positions as p on p.id = b.id;

-- An operator ends it with what is left.

delete from before;
insert into before
select p.* from monitoring.positions as p where p.id = :other;
select is(
    ended('closed', 'release_position', backup_id => '22222222-2222-4222-8222-222222222222'), '', 'released'
);
select is(
    (p.status, p.ends_as, p.closed_at = p.updated_at, p.orders_arrived = b.orders_arrived, b.orders_arrived = '{}')::text,
    ('closed', null, true, true, false)::text,
    'what was left stays noted'
)
from before as b
inner join monitoring.positions as p on p.id = b.id;

select * from finish();
rollback;
