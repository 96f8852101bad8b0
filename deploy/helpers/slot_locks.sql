-- Deploy tradelatch:helpers/slot_locks to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.slot_locks()
returns table (
    exchange text,
    account text,
    symbol text,
    pid integer,
    user_name text,
    application_name text,
    is_holder boolean,
    since timestamptz,
    transaction text
)
language plpgsql
stable
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled
as $$
begin
    return query
    with recursive
    locks as materialized (
        select l.*
        from monitoring.advisory_locks as l
    ),

    -- Each branch implies the predicate of one of the slot's indexes.
    open_slots as materialized (
        select
            o.exchange,
            o.account,
            o.symbol,
            monitoring.slot_key(o.exchange, o.account, o.symbol) as key
        from (
            select p.exchange, p.account, p.symbol
            from monitoring.positions as p
            where p.closed_at is null and p.position_side in ('both', 'long')
            union
            select p.exchange, p.account, p.symbol
            from monitoring.positions as p
            where p.closed_at is null and p.position_side = 'short'
        ) as o
        where exists (select from locks)
    ),

    -- A key does not say of which slot it is. Of those where nothing is open: each symbol that was closed, found one after the
    -- other in the index, with each place where something is open, or was closed last.
    others as materialized (
        select l.key
        from locks as l
        where l.key not in (select o.key from open_slots as o)
    ),

    symbols (symbol) as (
        select (select p.symbol from monitoring.positions as p where p.closed_at is not null order by p.symbol limit 1)
        where exists (select from others)
        union all
        select (
            select p.symbol
            from monitoring.positions as p
            where p.closed_at is not null and p.symbol > s.symbol
            order by p.symbol
            limit 1
        )
        from symbols as s
        where s.symbol is not null
    ),

    places as (
        select o.exchange, o.account
        from open_slots as o
        union
        select (latest.closed).exchange, (latest.closed).account
        from symbols as s
        cross join lateral (
            select p as closed
            from monitoring.positions as p
            where p.closed_at is not null and p.symbol = s.symbol
            order by p.closed_at desc
            limit 1
        ) as latest
    ),

    slots as (
        select o.exchange, o.account, o.symbol, o.key
        from open_slots as o
        union
        select p.exchange, p.account, s.symbol, monitoring.slot_key(p.exchange, p.account, s.symbol)
        from symbols as s
        cross join places as p
        where s.symbol is not null
    )

    select
        s.exchange::text,
        s.account::text,
        s.symbol::text,
        l.pid,
        l.user_name,
        l.application_name,
        l.is_holder,
        l.since,
        l.transaction
    from locks as l
    inner join slots as s on s.key = l.key;
end
$$;

comment on function monitoring.slot_locks() is
'Who else holds or waits for the lock of which slot. A slot in which nothing is open is found by its symbol and a place that is known; one that the book never had is not found.';

revoke all on function monitoring.slot_locks() from public;

commit;
