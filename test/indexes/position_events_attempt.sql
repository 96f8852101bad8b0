-- Which call an attempt was, found among all that was ever logged.

begin;
set local client_min_messages = warning;
\ir setup.psql
select plan(5);

select has_index('monitoring', 'position_events', 'position_events_attempt', 'it is there');
select ok(i.indisvalid and i.indisready, 'it is valid')
from pg_index as i
where i.indexrelid = 'monitoring.position_events_attempt'::regclass;
select isnt(obj_description('monitoring.position_events_attempt'::regclass, 'pg_class'), null, 'it says what it is for');

insert into monitoring.position_events (position_id, event, to_status, details)
select
    i,
    (array['create_position', 'begin_close', 'confirm_entry', 'plain_update'])[1 + i % 4],
    'active',
    jsonb_build_object('attempt', gen_random_uuid())
from generate_series(1, 4000) as i;
analyze monitoring.position_events;
select is(
    reads($$
        select e.id from monitoring.position_events as e
        where e.event in ('create_position', 'adopt_position', 'begin_close', 'update_stop_loss')
            and (e.details ->> 'attempt') collate "C" = '11111111-1111-4111-8111-111111111111'
    $$),
    array['position_events_attempt'],
    'it finds the call of an attempt'
);
select ok(c.reltuples between 1900 and 2100, 'what a caller adds to its own details is not in it')
from pg_class as c
where c.oid = 'monitoring.position_events_attempt'::regclass;

select * from finish();
rollback;
