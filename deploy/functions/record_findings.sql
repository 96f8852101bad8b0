-- Deploy tradelatch:functions/record_findings to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.record_findings()
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled
as $$
declare
    v_stale_after interval;
    v_found tradelatch.finding[];
    v_finding monitoring.health_findings;
begin
    perform monitoring.keep_durable();

    -- One at a time; who comes second waits for what the first one saw. In a later statement than the lock: what is found.
    perform monitoring.take_findings_turn();
    perform monitoring.note_locks();
    select t.stale_after
    into v_stale_after
    from monitoring.findings_turn as t;
    v_found := array(select f from monitoring.findings(null, null, null, v_stale_after) as f);

    update monitoring.health_findings as h
    set cleared_at = clock_timestamp()
    where h.cleared_at is null
        and not exists (
            select
            from unnest(v_found) as f
            where f.check_name = h.check_name
                and f.exchange is not distinct from h.exchange
                and f.account is not distinct from h.account
                and f.position_id is not distinct from h.position_id
                and f.symbol is not distinct from h.symbol
                and f.position_side is not distinct from h.position_side
        );

    -- Its detail alone may change with every snapshot; that is worth no new row version.
    update monitoring.health_findings as h
    set
        severity = f.severity,
        status = f.status,
        detail = f.detail,
        action = f.action
    from unnest(v_found) as f
    where h.cleared_at is null
        and h.check_name = f.check_name
        and h.exchange is not distinct from f.exchange
        and h.account is not distinct from f.account
        and h.position_id is not distinct from f.position_id
        and h.symbol is not distinct from f.symbol
        and h.position_side is not distinct from f.position_side
        and (h.severity, h.status, h.action) is distinct from (f.severity, f.status, f.action);

    insert into monitoring.health_findings (
        check_name, severity, position_id, exchange, account, symbol, position_side, status, detail, action
    )
    select
        f.check_name,
        f.severity,
        f.position_id,
        f.exchange,
        f.account,
        f.symbol,
        f.position_side,
        f.status,
        f.detail,
        f.action
    from unnest(v_found) as f
    where not exists (
        select
        from monitoring.health_findings as h
        where h.cleared_at is null
            and h.check_name = f.check_name
            and h.exchange is not distinct from f.exchange
            and h.account is not distinct from f.account
            and h.position_id is not distinct from f.position_id
            and h.symbol is not distinct from f.symbol
            and h.position_side is not distinct from f.position_side
    )
    on conflict do nothing;

    -- Incomplete for so long: no recovery runs, or it fails.
    for v_finding in
        update monitoring.health_findings as h
        set alerted_at = clock_timestamp()
        where h.cleared_at is null
            and h.alerted_at is null
            and (h.severity = 'critical' or h.severity = 'warning' and h.check_name = 'incomplete')
        returning h.*
    loop
        perform monitoring.raise_alert(
            v_finding.check_name, v_finding.severity, v_finding.position_id, v_finding.exchange, v_finding.account,
            v_finding.symbol, v_finding.position_side,
            v_finding.detail || jsonb_build_object('status', v_finding.status, 'action', v_finding.action)
        );
    end loop;

    return (
        select count(*)::integer
        from monitoring.health_findings as h
        where h.cleared_at is null
            and h.severity = 'critical'
            and (not monitoring.accounts_are_apart() or h.exchange is null or monitoring.may_see(h.exchange, h.account))
    );
end
$$;

comment on function tradelatch.record_findings() is
$$Writes what diagnose finds into the view findings: when each finding appeared and when it was gone, one row each however often this is called.
For a schedule: pg_cron every minute, cron, or tradelatch watch --alerts, which calls it every 2 s.
A finding that becomes critical, and an opening or an order beside a stop-loss that nobody finished (incomplete, as a warning), raises an alert, once.
How long a position may stay unfinished is for an operator to say (set_stale_after), not for the caller. View health says when it last ran.
Outcomes: none; it returns how many critical findings stand.
Errors: 55P03 another one is at work and does not end, so that nothing is recorded: DETAIL names it; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.record_findings() from public;
grant execute on function tradelatch.record_findings() to tradelatch_bot, tradelatch_watcher;

commit;
