-- Deploy tradelatch:helpers/lock_findings to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.lock_findings(exchange text, account text, symbols text[])
returns setof tradelatch.finding
language plpgsql
stable
as $$
declare
    v_now timestamptz := clock_timestamp();
begin
    -- The ordinary case: nobody was seen to hold a slot's lock for so long, and nobody waits for so long.
    if not exists (
        select
        from monitoring.lock_sightings as s
        where s.first_seen_at < v_now - monitoring.grace()
    ) and not exists (
        select
        from pg_locks as l
        where l.locktype = 'advisory' and l.waitstart < v_now - monitoring.grace()
    ) then
        return;
    end if;

    return query
    select
        'slot_locked',
        'critical',
        null::bigint,
        f.exchange,
        f.account,
        f.symbol,
        null,
        null,
        v_now - f.since,
        jsonb_build_object('holders', f.holders, 'waiting', f.waiting),
        'end what holds it'
            || coalesce(': select pg_terminate_backend(' || f.holder || ')', ': rollback ' || f.prepared, '')
    from (
        select
            l.exchange,
            l.account,
            l.symbol,
            least(min(s.first_seen_at), min(l.since) filter (where not l.is_holder)) as since,
            count(*) filter (where not l.is_holder) as waiting,
            min(l.pid) filter (where l.is_holder) as holder,
            min(l.application_name) filter (where l.is_holder and l.pid is null) as prepared,
            coalesce(
                jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                    'pid', l.pid,
                    'user_name', l.user_name,
                    'application_name', l.application_name,
                    'since', coalesce(l.since, s.first_seen_at)
                ))) filter (where l.is_holder), '[]'
            ) as holders
        from monitoring.slot_locks() as l
        left join monitoring.lock_sightings as s
            on s.exchange = l.exchange
                and s.account = l.account
                and s.symbol = l.symbol
                and s.pid = coalesce(l.pid, 0)
                and l.is_holder
                and (s.transaction = l.transaction or s.transaction like '%/0')
        where l.exchange = coalesce(lock_findings.exchange, l.exchange)
            and l.account = coalesce(lock_findings.account, l.account)
            and (lock_findings.symbols is null or l.symbol = any (lock_findings.symbols))
        group by l.exchange, l.account, l.symbol
    ) as f
    where f.since < v_now - monitoring.grace();
end
$$;

comment on function monitoring.lock_findings(text, text, text[]) is
'slot_locked: slots whose lock somebody has waited for, or was seen to hold, for more than 5 s. Names are canonical, null is all.';

revoke all on function monitoring.lock_findings(text, text, text[]) from public;

commit;
