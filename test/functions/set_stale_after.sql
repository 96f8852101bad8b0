-- The age at which a position is overdue belongs to the database, not to who calls record_findings.

begin;
\ir setup.psql
select plan(21);

select declared_as_move('set_stale_after', 'stale_after interval', 'interval', 'tradelatch_operator');

select is(tradelatch.set_stale_after('90 minutes'), interval '90 minutes', 'an operator changes it');
select is((select t.stale_after from monitoring.findings_turn as t), interval '90 minutes', 'and it stays');
select is(tradelatch.set_stale_after('1 day'), interval '24 hours', 'a day has 24 hours');
select throws_ok('select tradelatch.set_stale_after(null)', '22023', null, 'it is an age');
select throws_ok('select tradelatch.set_stale_after(''-1 second'')', '22023', null, 'that is not negative');
select throws_ok('select tradelatch.set_stale_after(''1 month'')', '22023', null, 'and has a length');

call given('AUSDT', 'entry_placed');
call lapse('AUSDT', '10 seconds');
select is(tradelatch.record_findings(), 0, 'the next run');
select is((select h.severity from monitoring.health_findings as h), 'info', 'finds nothing overdue');
select is(tradelatch.set_stale_after('0'), interval '0', 'with another age');
select is(tradelatch.record_findings(), 0, 'the next run');
select is((select h.severity from monitoring.health_findings as h), 'warning', 'finds it overdue');

select * from finish();
rollback;
