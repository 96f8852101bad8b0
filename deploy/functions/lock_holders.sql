-- Deploy tradelatch:functions/lock_holders to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.lock_holders()
returns table (
    exchange text,
    account text,
    symbol text,
    pid integer,
    user_name text,
    application_name text,
    is_holder boolean,
    since timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select
        l.exchange,
        l.account,
        l.symbol,
        l.pid,
        l.user_name,
        l.application_name,
        l.is_holder,
        coalesce(l.since, s.first_seen_at)
    from monitoring.slot_locks() as l
    left join monitoring.lock_sightings as s
        on s.exchange = l.exchange
            and s.account = l.account
            and s.symbol = l.symbol
            and s.pid = coalesce(l.pid, 0)
            and l.is_holder
            and (s.transaction = l.transaction or s.transaction like '%/0')
    where not monitoring.accounts_are_apart() or monitoring.may_see(l.exchange, l.account)
    order by l.exchange, l.account, l.symbol, l.is_holder desc, l.pid;
end
$$;

comment on function tradelatch.lock_holders() is
$$Who else holds, or waits for, the lock of which slot: any login can take any advisory lock. Whoever holds one for long stops all moves of the slot.
Columns: exchange, account, symbol: the slot (of one that the book never had nothing is known); pid: of the session, null for a prepared
transaction; user_name: who logged in; application_name: what the session calls itself; is_holder: whether it holds the lock, or waits for it;
since: since when it waits; of a holder since when its transaction runs, where tradelatch_owner is a member of pg_read_all_stats, else since when
record_findings saw it, else null.$$;

revoke all on function tradelatch.lock_holders() from public;
grant execute on function tradelatch.lock_holders() to tradelatch_reader;

commit;
