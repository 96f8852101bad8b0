-- Deploy tradelatch:functions/archive_alerts to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.archive_alerts(older_than interval default '365 days', max_alerts integer default 10000)
returns setof tradelatch.alerts
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_archive_id bigint := monitoring.begin_archive(archive_alerts.older_than, 'max_alerts', archive_alerts.max_alerts);
    v_before timestamptz := clock_timestamp() - monitoring.in_seconds(archive_alerts.older_than);
    v_count bigint;
begin
    return query
    -- Chosen once: the same as a subquery of the DELETE may be run again for each row, with its limit.
    with chosen as materialized (
        select
            a.xid,
            a.id
        from monitoring.alerts as a
        where a.at < v_before
        order by a.xid, a.id
        limit archive_alerts.max_alerts
        for update skip locked
    ),

    gone as (
        delete from tradelatch.alerts as v
        using chosen as c
        where v.xid = c.xid and v.alert_id = c.id
        returning v.*
    )

    select g.*
    from gone as g
    order by g.alert_id;
    get diagnostics v_count = row_count;

    if v_count > 0 then
        update monitoring.event_archives as e
        set alerts = v_count
        where e.id = v_archive_id;
    else
        delete from monitoring.event_archives as e
        where e.id = v_archive_id;
    end if;
end
$$;

comment on function tradelatch.archive_alerts(interval, integer) is
$$Takes alerts out of the database and returns them, for operators: they are deleted when the transaction commits, so write them down before.
tradelatch archive does that. Only those that were raised before older_than (at least 7 days), the oldest first, max_alerts (1 to 100000) at most.
Call it until it returns nothing.
Outcomes: none; it returns rows of the view alerts.
Errors: 22023; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.archive_alerts(interval, integer) from public;
grant execute on function tradelatch.archive_alerts(interval, integer) to tradelatch_operator;

commit;
