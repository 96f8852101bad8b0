-- Sequences that would give a number out again.

begin;
\ir ../functions/setup.psql
\ir setup.psql
select plan(6);

select is_internal('monitoring.lagging_sequences()', 'stable');
call given_each();
select is(monitoring.lagging_sequences(), null, 'in an ordinary life there is none');
select setval('monitoring.position_events_id_seq', 3);
select is(
    monitoring.lagging_sequences() -> 'monitoring.position_events_id_seq',
    jsonb_build_object('last_value', '3', 'highest', (select max(e.id)::text from monitoring.position_events as e)),
    'one that lags is named, with its last value and the highest of the table'
);
select is((select count(*) from jsonb_object_keys(monitoring.lagging_sequences())), 1::bigint, 'alone');

select * from finish();
rollback;
