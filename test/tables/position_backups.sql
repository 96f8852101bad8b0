-- What was ended, as it was.

begin;
set local search_path = tap, pg_catalog;
select plan(35);

select table_owner_is('monitoring', 'position_backups', 'tradelatch_owner', 'it is the owner''s');
select is(
    (
        select array_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)) collate "default" order by a.attnum)
        from pg_attribute as a
        where a.attrelid = 'monitoring.position_backups'::regclass
            and a.attnum > 0
            and not a.attisdropped
    ),
    array[
        'backup_id uuid', 'position_id bigint', 'made_at timestamp with time zone', 'made_by text', 'reason text',
        'position jsonb',
        'events jsonb', 'user_name text', 'application_name text', 'restored_at timestamp with time zone', 'restored_in xid8'
    ],
    'what it says of each'
);
select col_is_pk('monitoring', 'position_backups', array['backup_id', 'position_id'], 'a position is in a backup once');
select results_eq(
    $$
        select a.attname::text collate "default"
        from pg_attribute as a
        where a.attrelid = 'monitoring.position_backups'::regclass and a.attnum > 0 and not a.attnotnull
        order by a.attnum
    $$,
    array['position', 'restored_at', 'restored_in'],
    'it may have been nothing, and need not be restored'
);
select has_index('monitoring', 'position_backups', 'position_backups_position', array['position_id'],
    'the backups of a position are found');
select trigger_is('monitoring', 'position_backups', 'position_backups_refuse_removal', 'monitoring', 'refuse_removal');

-- Who made it, and when.

set local application_name = 'on call';
select lives_ok(
    $$
        insert into monitoring.position_backups (backup_id, position_id, made_by, reason, events)
        values ('11111111-1111-4111-8111-111111111111', 7, 'test', 'test', '[]')
    $$,
    'one is written'
);
select is(
    (b.user_name, b.application_name, b.made_at between now() and clock_timestamp(), b.restored_at, b.restored_in)::text,
    (session_user, 'on call', true, null, null)::text,
    'it says whose session it was, and when'
)
from monitoring.position_backups as b;

-- It stays, whoever asks.

create function pg_temp.outcome(role text, statement text)
returns text
language plpgsql
as $$
begin
    perform set_config('role', outcome.role, true);
    execute outcome.statement;
    perform set_config('role', 'none', true);
    return 'done';
exception
    when others then
        return sqlstate;
end
$$;
select is(
    pg_temp.outcome(r.role, s.statement),
    'TL002',
    format('%s: %s', case r.role when 'none' then 'superuser' else 'owner' end, s.statement)
)
from (values ('none'), ('tradelatch_owner')) as r (role)
cross join (values
    ('delete from monitoring.position_backups'),
    ('delete from monitoring.position_backups where false'),
    ('with gone as (delete from monitoring.position_backups returning *) select from gone'),
    ('merge into monitoring.position_backups as b using (select 1) as x on true when matched then delete'),
    ('truncate monitoring.position_backups'),
    ('truncate monitoring.position_backups restart identity cascade'),
    ('truncate monitoring.snapshots, monitoring.position_backups')
) as s (statement);
select is(
    pg_temp.outcome(r.role, s.statement), '42501', format('%s: %s', r.role, s.statement)
)
from unnest(array['tradelatch_reader', 'tradelatch_bot', 'tradelatch_operator']) as r (role)
cross join unnest(array[
    'select from monitoring.position_backups',
    'update monitoring.position_backups set reason = ''mine''',
    'delete from monitoring.position_backups',
    'insert into monitoring.position_backups (backup_id, position_id, made_by, reason, events) values (gen_random_uuid(), 1, ''x'', ''x'', ''[]'')'
]) as s (statement);
select is((select count(*) from monitoring.position_backups), 1::bigint, 'it is there');

select * from finish();
rollback;
