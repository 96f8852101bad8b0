-- Deploy tradelatch:views/advisory_locks to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create view monitoring.advisory_locks as
select
    (l.classid::bigint << 32) | l.objid::bigint as key,
    l.pid,
    coalesce(a.usename, x.owner)::text as user_name,
    coalesce(a.application_name, 'prepared ' || quote_literal(x.gid)) as application_name,
    l.granted as is_holder,
    coalesce(l.waitstart, a.xact_start, x.prepared) as since,
    l.virtualtransaction as transaction
from pg_locks as l
left join pg_stat_activity as a on a.pid = l.pid
-- of a prepared transaction: known by the lock that each transaction holds on its own id
left join lateral (
    select
        x.owner,
        x.gid,
        x.prepared
    from pg_locks as t
    inner join pg_prepared_xacts as x on x.transaction = t.transactionid
    where l.pid is null
        and t.pid is null
        and t.virtualtransaction = l.virtualtransaction
) as x on true
where l.locktype = 'advisory'
    and l.objsubid = 1
    and l.database = (
        select d.oid
        from pg_database as d
        where d.datname = current_database()
    )
    and l.pid is distinct from pg_backend_pid();

comment on view monitoring.advisory_locks is
'The advisory locks with a 64-bit key that other sessions hold or wait for, in this database.';
comment on column monitoring.advisory_locks.key is 'A slot''s is monitoring.slot_key.';
comment on column monitoring.advisory_locks.pid is 'Null for a prepared transaction.';
comment on column monitoring.advisory_locks.user_name is 'Who logged in.';
comment on column monitoring.advisory_locks.application_name is 'What the session calls itself: a claim. Of a prepared transaction what there is to roll back.';
comment on column monitoring.advisory_locks.since is
'Since when it waits; of a holder since when its transaction runs, where the owner is a member of pg_read_all_stats, else null.';
comment on column monitoring.advisory_locks.transaction is
'The virtual transaction; it ends in /0 where the session is in none, and so holds the lock for itself.';

commit;
