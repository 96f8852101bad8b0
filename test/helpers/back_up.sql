-- A position and all its events, as they are.

begin;
\ir setup.psql
select plan(13);

select is_internal('monitoring.back_up(uuid, monitoring.positions, text, text, boolean)', 'volatile');

set local application_name = 'on call';
select position_id as position, fence
from tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333, details => '{"note": "x"}')
\gset
select position_id as other from tradelatch.create_position('binance', 'AVLUSDT', 'long', 43, 0.1358) \gset
select tradelatch.confirm_entry(:position, :fence, 61.8, 3.23);

create procedure given.back_up(backup_id uuid, position_id bigint, existed boolean default true)
language plpgsql
as $$
begin
    perform monitoring.back_up(
        back_up.backup_id,
        (select p from monitoring.positions as p where p.id = back_up.position_id),
        'cleanup', 'why', back_up.existed
    );
end
$$;
call back_up('11111111-1111-4111-8111-111111111111', :position);
select is(
    (b.position_id, b.made_by, b.reason, b.user_name, b.application_name, b.restored_at, b.restored_in)::text,
    (:position, 'cleanup', 'why', session_user, 'on call', null, null)::text,
    'who made it, and why; it is not restored'
)
from monitoring.position_backups as b;
select ok(b.made_at between now() and clock_timestamp(), 'and when')
from monitoring.position_backups as b;
select is(b.position, to_jsonb(p), 'the whole row')
from monitoring.position_backups as b
inner join monitoring.positions as p on p.id = b.position_id;
select results_eq(
    'select e.value from monitoring.position_backups as b cross join jsonb_array_elements(b.events) as e',
    format('select to_jsonb(e) from monitoring.position_events as e where e.position_id = %s order by e.id', :position),
    'all its events, in their order'
);
select is(
    (select jsonb_agg(e.value -> 'event') from monitoring.position_backups as b cross join jsonb_array_elements(b.events) as e),
    '["create_position", "confirm_entry"]',
    'which are two'
);
select is(
    jsonb_populate_record(null::monitoring.positions, b.position)::text,
    p::text,
    'it can be read back to the byte'
)
from monitoring.position_backups as b
inner join monitoring.positions as p on p.id = b.position_id;

-- Several in one backup; one that was nothing before.

call back_up('11111111-1111-4111-8111-111111111111', :other, false);
select is(b.position, null, 'a position that is being made was nothing')
from monitoring.position_backups as b
where b.position_id = :other;
select is(b.events, '[]', 'and had no events')
from monitoring.position_backups as b
where b.position_id = :other;
call back_up('22222222-2222-4222-8222-222222222222', :other);
select is((select count(*) from monitoring.position_backups), 3::bigint, 'a position may be in several');
select throws_ok(
    format('call given.back_up(''22222222-2222-4222-8222-222222222222'', %s)', :other), '23505', null, 'but in each once'
);

select * from finish();
rollback;
