-- Where ids and fences come from.

begin;
\ir ../functions/setup.psql
\ir setup.psql
select plan(9);

select is_internal('monitoring.sequences()', 'stable');
select set_eq(
    'select sequence::oid from monitoring.sequences()',
    $$
        select c.oid
        from pg_class as c
        where c.relkind = 'S'
            and c.relnamespace = 'monitoring'::regnamespace
            and c.relowner = 'tradelatch_owner'::regrole -- a table that was taken over has others beside it
            and c.relname not in ('stale_fences', 'legacy_state_place_seq')
    $$,
    'every sequence is there, but the one that only counts'
);
call given_each();
call given('SHORTUSDT', 'active', 'short', 'short');
insert into monitoring.alerts (alert, severity, detail) values ('x', 'info', '{}');
insert into monitoring.health_findings (check_name, severity, detail, action) values ('x', 'info', '{}', 'x');
insert into monitoring.event_archives (older_than) values ('1 year');
select is_empty('select * from monitoring.sequences() where last_value <> highest', 'in an ordinary life the last values are the highest');
select is(
    (select s.highest from monitoring.sequences() as s where s.sequence = 'monitoring.position_fence'::regclass),
    (select max(p.fence) >> 20 from monitoring.positions as p),
    'of fences without their random bits'
);
delete from monitoring.event_archives;
select is(
    (select s.highest from monitoring.sequences() as s where s.sequence = 'monitoring.event_archives_id_seq'::regclass),
    0::bigint,
    'and 0 where the table is empty'
);
select is(
    (select sum(s.last_value - s.highest) from monitoring.sequences() as s where s.sequence = 'monitoring.positions_id_seq'::regclass),
    0::numeric,
    'nothing was taken by looking'
);

alter sequence monitoring.positions_id_seq restart with 5000;
select is(
    (select s.last_value from monitoring.sequences() as s where s.sequence = 'monitoring.positions_id_seq'::regclass),
    4999::bigint,
    'one that was restarted, and gave nothing yet, has given what is before it'
);

select * from finish();
rollback;
