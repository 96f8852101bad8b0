-- Deploy tradelatch:helpers/note_locks to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.note_locks()
returns void
language plpgsql
volatile
as $$
begin
    merge into monitoring.lock_sightings as t
    using (
        select
            coalesce(s.exchange, l.exchange) as exchange,
            coalesce(s.account, l.account) as account,
            coalesce(s.symbol, l.symbol) as symbol,
            coalesce(s.pid, l.pid) as pid,
            l.transaction
        from monitoring.lock_sightings as s
        full join (
            select
                h.exchange,
                h.account,
                h.symbol,
                coalesce(h.pid, 0) as pid,
                min(h.transaction) as transaction
            from monitoring.slot_locks() as h
            where h.is_holder
            group by h.exchange, h.account, h.symbol, coalesce(h.pid, 0)
        ) as l on l.exchange = s.exchange and l.account = s.account and l.symbol = s.symbol and l.pid = s.pid
    ) as n
        on t.exchange = n.exchange and t.account = n.account and t.symbol = n.symbol and t.pid = n.pid
    when matched and n.transaction is null then delete
    when matched and n.transaction <> t.transaction and n.transaction like '%/0' then
        update set transaction = n.transaction
    when matched and n.transaction <> t.transaction and t.transaction not like '%/0' then
        update set
            transaction = n.transaction,
            first_seen_at = clock_timestamp()
    when not matched then
        insert (exchange, account, symbol, pid, transaction)
        values (n.exchange, n.account, n.symbol, n.pid, n.transaction);
end
$$;

comment on function monitoring.note_locks() is
'Notes who holds the lock of a slot now, and forgets who does no more.';

revoke all on function monitoring.note_locks() from public;

commit;
