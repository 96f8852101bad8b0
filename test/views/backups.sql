-- What can be given back.

begin;
\ir setup.psql
select plan(12);

select view_owner_is('tradelatch'::name, 'backups'::name, 'tradelatch_owner'::name);
select is(
    columns_of('backups'),
    array[
        'backup_id uuid', 'position_id bigint', 'made_at timestamp with time zone', 'made_by text', 'reason text',
        'user_name text',
        'application_name text', 'restored_at timestamp with time zone', 'position jsonb', 'events jsonb'
    ],
    'its columns'
);
select is(outcome(r.name, 'select * from tradelatch.backups'), r.outcome, format('%s: %s', r.name, r.outcome))
from (values ('tradelatch_reader', '42501'), ('tradelatch_bot', '42501'), ('tradelatch_operator', 'done')) as r (name, outcome);
select is_empty(
    $$
        select p.name
        from unnest(array['insert', 'update', 'delete', 'truncate']) as p (name)
        where has_table_privilege('tradelatch_operator', 'tradelatch.backups', p.name)
    $$,
    'nobody changes anything through it'
);
select says_what_it_is('backups');

select position_id as first from tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333) \gset
select position_id as second from tradelatch.create_position('binance', 'AVLUSDT', 'long', 43, 0.1358) \gset
select is((tradelatch.release_position(p.id, 'why')).outcome, 'ok', 'released')
from unnest(array[:first, :second]) as p (id);
update monitoring.position_backups as b
set restored_at = now(), restored_in = pg_current_xact_id()
where b.position_id = :second;
select results_eq(
    'select v.* from tradelatch.backups as v order by v.position_id',
    $$
        select
            b.backup_id, b.position_id, b.made_at, b.made_by, b.reason, b.user_name, b.application_name, b.restored_at,
            b.position, b.events
        from monitoring.position_backups as b
        order by b.position_id
    $$,
    'it has every position of every backup, restored ones too'
);
select is(
    (select array_agg(v.restored_at is null order by v.position_id) from tradelatch.backups as v),
    array[true, false],
    'of the two, one is restored'
);

select * from finish();
rollback;
