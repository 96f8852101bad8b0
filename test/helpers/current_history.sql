-- What tells a database from a restored one; test/failover promotes a standby, and test/database/test_copies.py restores a dump.

begin;
\ir setup.psql
select plan(5);

select is_internal('monitoring.current_history()', 'volatile');
select is(
    (select (h.system_identifier, h.timeline, h.is_standby) from monitoring.current_history() as h),
    (select (s.system_identifier, c.timeline_id, false) from pg_control_system() as s cross join pg_control_checkpoint() as c),
    'system identifier and timeline are those of the control file, where nobody was promoted since the last checkpoint'
);
select is(
    (select h.table_oid::regclass from monitoring.current_history() as h), 'monitoring.histories'::regclass,
    'a dump that is restored makes the table anew'
);

select * from finish();
rollback;
