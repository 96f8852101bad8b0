-- Deploy tradelatch:functions/archive_findings to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.archive_findings(older_than interval default '365 days', max_findings integer default 10000)
returns setof tradelatch.findings
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_archive_id bigint := monitoring.begin_archive(archive_findings.older_than, 'max_findings', archive_findings.max_findings);
    v_before timestamptz := clock_timestamp() - monitoring.in_seconds(archive_findings.older_than);
    v_count bigint;
begin
    return query
    -- Chosen once: the same as a subquery of the DELETE may be run again for each row, with its limit.
    with chosen as materialized (
        select h.id
        from monitoring.health_findings as h
        where h.cleared_at < v_before
        order by h.id
        limit archive_findings.max_findings
        for update skip locked
    ),

    gone as (
        delete from tradelatch.findings as v
        using chosen as c
        where v.finding_id = c.id
        returning v.*
    )

    select g.*
    from gone as g
    order by g.finding_id;
    get diagnostics v_count = row_count;

    if v_count > 0 then
        update monitoring.event_archives as e
        set findings = v_count
        where e.id = v_archive_id;
    else
        delete from monitoring.event_archives as e
        where e.id = v_archive_id;
    end if;
end
$$;

comment on function tradelatch.archive_findings(interval, integer) is
$$Takes findings out of the database and returns them, for operators: they are deleted when the transaction commits, so write them down before.
tradelatch archive does that. Only those that were cleared before older_than (at least 7 days), max_findings (1 to 100000) at most: what stands
stays, however old. Call it until it returns nothing.
Outcomes: none; it returns rows of the view findings.
Errors: 22023; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.archive_findings(interval, integer) from public;
grant execute on function tradelatch.archive_findings(interval, integer) to tradelatch_operator;

commit;
