-- Backed up and ended, in the name of an operator's function.

begin;
\ir setup.psql
select plan(14);

select is_internal('monitoring.end_position(uuid, bigint, text, text, text, jsonb)', 'volatile');

select position_id as position, fence from tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333) \gset
select tradelatch.confirm_entry(:position, :fence, 61.8, 3.23);
create table before as
select p.* from monitoring.positions as p where p.id = :position;

create function ended(to_status text, move text, details text default '{}')
returns text
language sql
return answer(format(
    'monitoring.end_position(''11111111-1111-4111-8111-111111111111'', %s, %L, %L, ''gone'', %L)',
    (select b.id from before as b), ended.to_status, ended.move, ended.details
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

select * from finish();
rollback;
