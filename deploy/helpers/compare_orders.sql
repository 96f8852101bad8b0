-- Deploy tradelatch:helpers/compare_orders to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.compare_orders(
    exchange text,
    account text,
    book monitoring.positions[],
    seen monitoring.seen_order[],
    observed_at timestamptz,
    complete boolean,
    covers text[]
)
returns setof monitoring.order_sightings
language plpgsql
stable
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set enable_nestloop = off -- nor compare each entry with every order:
set enable_mergejoin = off -- what is hashed is quick, however few it was taken for
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled,
set plan_cache_mode = force_generic_plan -- or made anew in each call, which takes longer than the call
as $$
begin
    return query
    with covered as (
        select distinct c.symbol
        from unnest(compare_orders.covers) as c (symbol)
    ),

    book as materialized (
        select
            b.id::bigint as position_id,
            b.symbol::text as symbol,
            b.position_side::text as position_side,
            b.side::text as side,
            b.status,
            b.orders_arrived,
            b.stop_loss_order,
            b.stop_loss_price::numeric as stop_loss_price,
            b.open_quantity::numeric as open_quantity,
            b.orders_at,
            greatest(b.orders_at, b.exposure_at) as moved_at,
            compare_orders.complete and (compare_orders.covers is null or c.symbol is not null) as is_covered
        from unnest(compare_orders.book) as b
        left join covered as c on c.symbol = b.symbol
    ),

    entries as materialized (
        select
            s.ordinality as number,
            s.*,
            coalesce(s.client_order_id, 'id:' || s.order_id) as name
        from unnest(compare_orders.seen) with ordinality as s
    ),

    matched as materialized (
        select m.*
        from monitoring.match_orders(compare_orders.book, compare_orders.seen) as m
    ),

    -- What * stands for.
    unnamed as (
        select distinct u.position_id
        from monitoring.unnamed_orders(compare_orders.book, compare_orders.seen) as u
    ),

    unseen as (
        select
            b.position_id,
            b.symbol,
            n.name,
            b.orders_at,
            b.is_covered
        from book as b
        cross join lateral unnest(b.orders_arrived) as n (name)
        left join matched as m on m.position_id = b.position_id and m.name = n.name
        where n.name <> '*' and m.name is null
        union all
        select
            b.position_id,
            b.symbol,
            '*',
            b.orders_at,
            b.is_covered
        from book as b
        left join unnamed as u on u.position_id = b.position_id
        -- the stop-loss of an active position that nobody can name is one of them
        where u.position_id is null
            and ('*' = any (b.orders_arrived) or b.status = 'active' and b.stop_loss_order is null)
    ),

    found as (
        select
            u.symbol,
            u.name,
            u.position_id,
            'absent' as problem,
            null::text as side,
            null::numeric as quantity,
            null::numeric as trigger,
            u.orders_at as moved_at,
            u.is_covered as is_looked_at
        from unseen as u
        union all
        -- Twice in one list it is one order.
        select distinct on (x.symbol, x.name)
            x.symbol,
            x.name,
            (x.owner).id::bigint,
            'orphaned',
            x.side,
            x.quantity,
            x.trigger,
            coalesce((x.owner).closed_at, (x.owner).orders_at, '-infinity'),
            true
        from (
            select
                e.symbol,
                e.name,
                e.side,
                e.quantity,
                e.trigger,
                (
                    select p
                    from monitoring.positions as p
                    where p.order_key = left(e.client_order_id, 24)
                        and p.exchange = compare_orders.exchange
                        and p.account = compare_orders.account
                ) as owner
            from entries as e
            left join matched as m on m.number = e.number
            where m.number is null and e.client_order_id ~ '^tl[0-9a-f]{22}[esc][0-9]+$'
        ) as x
        union all
        select distinct on (b.symbol, b.stop_loss_order, b.position_id)
            b.symbol,
            b.stop_loss_order,
            b.position_id,
            'mismatched',
            e.side,
            e.quantity,
            e.trigger,
            b.moved_at,
            true
        from book as b
        inner join matched as m on m.position_id = b.position_id and m.name = b.stop_loss_order
        inner join entries as e on e.number = m.number
        where b.status = 'active' and (e.quantity <> b.open_quantity or e.trigger <> b.stop_loss_price)
    )

    select
        compare_orders.exchange::monitoring.exchange,
        compare_orders.account::monitoring.account,
        f.symbol::monitoring.symbol,
        f.name,
        f.position_id,
        f.problem,
        f.side,
        f.quantity,
        f.trigger,
        f.moved_at,
        compare_orders.observed_at,
        case when f.is_looked_at then compare_orders.observed_at end
    from found as f
    union all
    -- What was seen before of an order that this list does not speak of.
    select
        t.exchange,
        t.account,
        t.symbol,
        t.name,
        t.position_id,
        t.problem,
        t.side,
        t.quantity,
        t.trigger,
        t.moved_at,
        t.first_seen_at,
        null
    from monitoring.order_sightings as t
    left join covered as c on c.symbol = t.symbol
    left join (
        select
            e.symbol,
            e.client_order_id as name
        from entries as e
        union
        select
            e.symbol,
            'id:' || e.order_id
        from entries as e
    ) as s on s.symbol = t.symbol and s.name = t.name
    where t.exchange = compare_orders.exchange
        and t.account = compare_orders.account
        and t.problem <> 'absent'
        and s.name is null
        and not (compare_orders.complete and (compare_orders.covers is null or c.symbol is not null));
end
$$;

comment on function monitoring.compare_orders(
    text, text, monitoring.positions[], monitoring.seen_order[], timestamptz, boolean, text[]
) is
'Where a list of orders is not what these rows of an account have, as sightings; last_seen_at is null where the list says nothing of it, and what was seen before stands.';

revoke all on function monitoring.compare_orders(
    text, text, monitoring.positions[], monitoring.seen_order[], timestamptz, boolean, text[]
) from public;

commit;
