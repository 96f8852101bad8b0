-- Deploy tradelatch:functions/archive_events to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.archive_events(older_than interval default '365 days', max_events integer default 10000)
returns setof tradelatch.events
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
set enable_seqscan = off -- a plan made while the log was empty must not read the whole history later
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled
as $$
declare
    v_archive_id bigint := monitoring.begin_archive(archive_events.older_than, 'max_events', archive_events.max_events);
    v_before timestamptz := clock_timestamp() - monitoring.in_seconds(archive_events.older_than);
    v_position_id bigint := '-9223372036854775808'::bigint;
    v_count bigint;
    v_events bigint := 0::bigint;
    v_positions bigint := 0::bigint;
begin
    -- From position to position along the key of the log: what was archived before costs nothing.
    while v_events < archive_events.max_events loop
        select e.position_id
        into v_position_id
        from monitoring.position_events as e
        where e.position_id > v_position_id
        order by e.position_id
        limit 1;
        exit when not found;

        -- Locked, so that nobody settles or restores it meanwhile; all its events or none.
        perform
        from monitoring.positions as p
        where p.id = v_position_id and p.closed_at < v_before
        for update skip locked;
        continue when not found;
        continue when exists (
            select
            from monitoring.position_events as e
            where e.position_id = v_position_id and e.at >= v_before
        );

        return query
        select v.*
        from tradelatch.events as v
        where v.position_id = v_position_id
        order by v.event_id;
        delete from monitoring.position_events as e
        where e.position_id = v_position_id;
        get diagnostics v_count = row_count;
        delete from monitoring.refusals as r
        where r.position_id = v_position_id;
        v_events := v_events + v_count;
        v_positions := v_positions + 1;
    end loop;

    if v_positions > 0 then
        update monitoring.event_archives as a
        set
            positions = v_positions,
            events = v_events
        where a.id = v_archive_id;
    else
        delete from monitoring.event_archives as a
        where a.id = v_archive_id;
    end if;
end
$$;

comment on function tradelatch.archive_events(interval, integer) is
$$Takes events out of the log and returns them, for operators: they are deleted when the transaction commits, so write them down before.
tradelatch archive does that. Only positions that ended before older_than (at least 7 days) and have no later event; all events of a position, or
none; positions until max_events (1 to 100000) is reached. Call it until it returns nothing.
Outcomes: none; it returns rows of the view events.
Errors: 22023; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.archive_events(interval, integer) from public;
grant execute on function tradelatch.archive_events(interval, integer) to tradelatch_operator;

commit;
