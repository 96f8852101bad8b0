-- Deploy tradelatch:helpers/sequences to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- stale_fences is not here: nothing has a number of it.
create function monitoring.sequences()
returns table (sequence regclass, last_value bigint, highest bigint)
language plpgsql
stable
set enable_seqscan = off -- a plan made while the tables were empty must not read all of them later
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled
as $$
begin
    -- The newest events have the highest ids, but for those of transactions that overlapped; a thousand are enough of them.
    for sequence, highest in
    with latest as materialized (
        select
            e.id,
            e.fence
        from monitoring.position_events as e
        order by e.at desc
        limit 1000
    )

    select
        s.name::regclass,
        coalesce(s.highest, 0)
    from (
        values
        (pg_get_serial_sequence('monitoring.positions', 'id'), (select max(p.id) from monitoring.positions as p)),
        (pg_get_serial_sequence('monitoring.position_events', 'id'), (select max(l.id) from latest as l)),
        (
            'monitoring.position_fence',
            greatest(
                (select max(l.fence) >> 20 from latest as l),
                (
                    select max(p.fence) >> 20
                    from monitoring.positions as p
                    where p.closed_at is null and p.position_side in ('both', 'long')
                ),
                (select max(p.fence) >> 20 from monitoring.positions as p where p.closed_at is null and p.position_side = 'short')
            )
        ),
        (
            pg_get_serial_sequence('monitoring.alerts', 'id'),
            (select max(a.id) from (select n.id from monitoring.alerts as n order by n.xid desc, n.id desc limit 100) as a)
        ),
        (pg_get_serial_sequence('monitoring.health_findings', 'id'), (select max(h.id) from monitoring.health_findings as h)),
        (pg_get_serial_sequence('monitoring.event_archives', 'id'), (select max(a.id) from monitoring.event_archives as a))
    ) as s (name, highest)
    where s.name is not null
    loop
        last_value := pg_sequence_last_value(sequence);
        if last_value is null then
            -- Nothing was taken since it was made, or restarted: what stands in it is the next value.
            execute format('select s.last_value - 1 from %s as s', sequence) into strict last_value;
        end if;
        return next;
    end loop;
end
$$;

comment on function monitoring.sequences() is
'The sequences that ids and fences come from: the last value of each, and the highest one that its table has.';

revoke all on function monitoring.sequences() from public;

commit;
