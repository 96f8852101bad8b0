-- diagnose for a schedule: one row for each finding, an alert for what a person must know.

begin;
\ir setup.psql
select plan(32);

select declared_as_move('record_findings', '', 'integer', 'tradelatch_bot, tradelatch_watcher');

create function found()
returns text
language sql
volatile
security definer
as $$
    select string_agg(
        concat_ws(
            ' ', h.symbol, h.check_name, h.severity,
            case when h.alerted_at is not null then 'alerted' end, case when h.cleared_at is not null then 'cleared' end
        ), ', ' order by h.id
    )
    from monitoring.health_findings as h
$$;

create function alerts()
returns text
language sql
volatile
security definer
as $$
    select string_agg(concat_ws(' ', a.symbol, a.alert, a.severity), ', ' order by a.id)
    from monitoring.alerts as a
$$;

call given('AUSDT', 'active');
call given('BUSDT', 'pending_sl');
call given('CUSDT', 'entry_placed');
select is(tradelatch.record_findings(), 0, 'nothing is wrong while all are driven');
select is(found(), null, 'and nothing is written');

call lapse('BUSDT', '10 seconds');
call lapse('CUSDT', '10 seconds');
select is(tradelatch.record_findings(), 1, 'it says how many critical findings stand');
select is(
    found(), 'BUSDT no_stop_loss critical alerted, CUSDT incomplete info', 'an unprotected position is one at once, an unfinished one not yet'
);
select is(alerts(), 'BUSDT no_stop_loss critical', 'of what is critical a person is told');
select is(
    (select a.detail - 'lease_until' from monitoring.alerts as a), '{"status": "pending_sl", "action": "recover", "is_unprotected": true}'::jsonb, 'with what to do'
);
select h.xmin as version from monitoring.health_findings as h where h.symbol = 'BUSDT'
\gset
select is(tradelatch.record_findings(), 1, 'another run');
select is(found(), 'BUSDT no_stop_loss critical alerted, CUSDT incomplete info', 'finds the same');
select is(alerts(), 'BUSDT no_stop_loss critical', 'and tells nobody again');

select tradelatch.set_stale_after('0');
select is(tradelatch.record_findings(), 1, 'when an opening is due');
select is(found(), 'BUSDT no_stop_loss critical alerted, CUSDT incomplete warning alerted', 'its row rises');
select tradelatch.set_stale_after('5 minutes');
select is(alerts(), 'BUSDT no_stop_loss critical, CUSDT incomplete warning', 'and a person is told: nothing recovers it');

-- Protected, then unprotected again: two findings, two alerts.

call claim('BUSDT');
select lives_ok($$ select tradelatch.activate_position(id('BUSDT'), fence('BUSDT'), 95, order_of('BUSDT', 's1')) $$, 'recovery protects it');
select is(tradelatch.record_findings(), 0, 'so that nothing critical stands');
select is(
    found(), 'BUSDT no_stop_loss critical alerted cleared, CUSDT incomplete info alerted', 'the finding is cleared, its row stays'
);
select tradelatch.set_stale_after('0');
select is(tradelatch.record_findings(), 0, 'what rises again');
select is(alerts(), 'BUSDT no_stop_loss critical, CUSDT incomplete warning', 'is no new alert');
select lives_ok($$ select tradelatch.update_stop_loss(id('BUSDT'), null) $$, 'its stop-loss is gone');
call lapse('BUSDT', '10 seconds');
select is(tradelatch.record_findings(), 1, 'and so it is found again');
select is(alerts(), 'BUSDT no_stop_loss critical, CUSDT incomplete warning, BUSDT no_stop_loss critical', 'as another finding');

select is((select h.findings_recorded_at >= now() from tradelatch.health as h), true, 'health says when it ran last');
select throws_ok(
    'select tradelatch.record_findings(interval ''0'')', '42883', null, 'how old is overdue is not for the caller to say'
);

select * from finish();
rollback;
