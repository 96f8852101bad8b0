-- Findings, from when to when.

begin;
set local search_path = tap, pg_catalog;
select plan(4);

select table_owner_is('monitoring', 'health_findings', 'tradelatch_owner', 'it is the owner''s');
prepare finding as
insert into monitoring.health_findings (check_name, severity, exchange, account, detail, action)
values ('snapshot_suspect', 'critical', 'binance', 'default', '{}', 'look');
select lives_ok('finding', 'a finding of a whole account');
select throws_ok('finding', '23505', null, 'stands once');
update monitoring.health_findings set cleared_at = now();
select lives_ok('finding', 'and again when it was gone');

select * from finish();
rollback;
