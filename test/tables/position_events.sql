-- The log.

begin;
set local search_path = tap, pg_catalog;
select plan(17);

select table_owner_is('monitoring', 'position_events', 'tradelatch_owner', 'it is the owner''s');
select is(
    (
        select array_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)) collate "default" order by a.attname collate "C")
        from pg_attribute as a
        where a.attrelid = 'monitoring.position_events'::regclass
            and a.attnum > 0
            and not a.attisdropped
    ),
    array[
        'application_name text', 'at timestamp with time zone', 'details jsonb', 'event text', 'fence bigint', 'from_status text',
        'id bigint', 'position_id bigint', 'to_status text', 'user_name text'
    ],
    'it has the columns of the contract'
);
select col_not_null('monitoring', 'position_events', c.name, c.name || ' is never unknown')
from unnest(array['id', 'position_id', 'at', 'event', 'to_status', 'details', 'user_name', 'application_name']) as c (name);
select col_is_pk('monitoring', 'position_events', array['position_id', 'id'], 'the log of one position lies together');
select throws_ok(
    $$ insert into monitoring.position_events (id, position_id, event, to_status) values (1, 1, 'x', 'closed') $$,
    '428C9',
    null,
    'nobody chooses the id of an event'
);

-- Who, and when.

set local application_name = 'worker 7';
select position_id as position, fence
from tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333)
\gset
select lives_ok(
    format('select tradelatch.confirm_entry(%s, %s, 61.8)', :position, :fence),
    'a move'
);
select results_eq(
    format('select event, user_name, application_name from monitoring.position_events where position_id = %s order by id', :position),
    $$ values ('create_position', session_user::text collate "default", 'worker 7'), ('confirm_entry', session_user, 'worker 7') $$,
    'it says whose session it was, although the owner''s function wrote it'
);
select ok(
    bool_and(e.at between now() and clock_timestamp()) and count(distinct e.at) = 2,
    'its times are those of the moves, not of the transaction'
)
from monitoring.position_events as e
where e.position_id = :position;
select is(
    (select count(*) from pg_trigger as t where t.tgrelid = 'monitoring.position_events'::regclass and t.tgenabled <> 'O'),
    0::bigint,
    'its triggers are in force'
);
select ok(
    exists (
        select
        from pg_index as i
        inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = 'monitoring.position_events'::regclass
            and i.indisvalid
            and a.attname = 'at'
    ),
    'a day of it is found without reading years'
);

select * from finish();
rollback;
