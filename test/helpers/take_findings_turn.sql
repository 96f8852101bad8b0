-- One run of record_findings after the other; who waits is in test/database/test_locks.py.

begin;
\ir setup.psql
select plan(4);

select is_internal('monitoring.take_findings_turn()', 'volatile');

select monitoring.take_findings_turn();
select ok(
    (select t.taken_at > now() from monitoring.findings_turn as t), 'it notes when record_findings ran last'
);

select * from finish();
rollback;
