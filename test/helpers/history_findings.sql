-- The database is another one than was noted; test/functions/after_restore.sql has the checks through diagnose.

begin;
\ir setup.psql
select plan(8);

select is_internal('monitoring.history_findings()', 'volatile');
select is_empty('select monitoring.history_findings()', 'after the deploy it is known');
create function problem()
returns text
language sql
volatile
as $$ select h.severity || ' ' || (h.detail ->> 'problem') from monitoring.history_findings() as h $$;
update monitoring.histories set timeline = 9;
select is(problem(), 'critical timeline 1, 9 was noted', 'a standby was promoted, or a backup restored');
update monitoring.histories set timeline = 1, table_oid = 1;
select is(problem(), 'critical restored from a dump', 'the tables are others');
update monitoring.histories set system_identifier = 1;
select is(problem(), 'critical another cluster than the one that was noted', 'the cluster is another one');
delete from monitoring.histories;
select is(problem(), 'critical no history was ever noted here', 'the schema was copied without its rows');

select * from finish();
rollback;
