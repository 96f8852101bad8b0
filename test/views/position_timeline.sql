-- The log, with the time in between.

begin;
\ir setup.psql
select plan(15);

select is_read_only('position_timeline');
select is(
    columns_of('position_timeline'),
    array[
        'position_id bigint', 'event_id bigint', 'at timestamp with time zone', 'event text', 'from_status text', 'to_status text',
        'fence bigint', 'details jsonb', 'user_name text', 'application_name text', 'since_previous interval'
    ],
    'its columns are settled'
);

set local application_name = 'signals';
select position_id as one, fence as one_fence from tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333) \gset
set local application_name = 'synchronizer';
select position_id as other, fence as other_fence from tradelatch.create_position('binance', 'AVLUSDT', 'long', 43, 0.1358) \gset
select lives_ok(
    format(
        $$
            select tradelatch.place_entry(%1$s, %2$s, '53190368');
            select tradelatch.cancel_position(%3$s, %4$s, 'rejected');
            select tradelatch.create_position('binance', 'APTUSDT', 'short', 61, 3.2295);
            select tradelatch.confirm_entry(%1$s, %2$s, 61.8)
        $$,
        :one, :one_fence, :other, :other_fence
    ),
    'two positions move, in turns'
);
select results_eq(
    format(
        'select event, from_status, to_status, application_name from tradelatch.position_timeline where position_id = %s order by event_id',
        :one
    ),
    $$
        values
            ('create_position', null::text, 'pending_entry', 'signals'),
            ('place_entry', 'pending_entry', 'entry_placed', 'synchronizer'),
            ('duplicate_prevented', 'entry_placed', 'entry_placed', 'synchronizer'),
            ('confirm_entry', 'entry_placed', 'pending_sl', 'synchronizer')
    $$,
    'what happened to one position, in its order'
);
select is_empty(
    $$
        select t.*
        from tradelatch.position_timeline as t
        inner join monitoring.position_events as e on e.id = t.event_id and e.position_id = t.position_id
        where t.since_previous is distinct from e.at - (
            select b.at
            from monitoring.position_events as b
            where b.position_id = e.position_id and b.id < e.id
            order by b.id desc
            limit 1
        )
    $$,
    'since_previous is the time since the event before of the same position'
);
select is(
    (select count(*) from tradelatch.position_timeline as t where t.since_previous is null), 2::bigint, 'a first event has none'
);

select * from finish();
rollback;
