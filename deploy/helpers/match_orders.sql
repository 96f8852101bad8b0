-- Deploy tradelatch:helpers/match_orders to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.match_orders(book monitoring.positions[], seen monitoring.seen_order[])
returns table (position_id bigint, name text, has_arrived boolean, number bigint)
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
    with left_orders as (
        select
            b.id::bigint as position_id,
            b.symbol::text as symbol,
            n.name,
            n.name = any (b.orders_arrived) as has_arrived,
            case
                when n.name = b.stop_loss_order then b.stop_loss_order_id
                when n.name = monitoring.entry_order(b.origin, b.order_key, b.exchange_order_id) then b.exchange_order_id
                -- a stop-loss before the one that stands: the log has the exchange's id of it
                when n.name ~ '^tl[0-9a-f]{22}s' and b.stop_loss_attempt > 1
                    then (
                        select e.details ->> 'stop_loss_order_id'
                        from monitoring.position_events as e
                        where e.position_id = b.id
                            and e.event = 'activate_position'
                            and e.details ->> 'client_order_id' = n.name
                        order by e.id desc
                        limit 1
                    )
            end as order_id
        from unnest(match_orders.book) as b
        cross join lateral unnest(monitoring.orders_left(b)) as n (name)
        where n.name <> '*'
    ),

    -- The names that a list may know an order by.
    known as (
        select
            l.position_id,
            l.symbol,
            l.name,
            l.has_arrived,
            l.name as alias
        from left_orders as l
        union all
        select
            l.position_id,
            l.symbol,
            l.name,
            l.has_arrived,
            'id:' || l.order_id
        from left_orders as l
        where l.order_id is not null
    ),

    shown as (
        select
            s.ordinality as number,
            s.symbol,
            x.alias
        from unnest(match_orders.seen) with ordinality as s
        cross join lateral (values (s.client_order_id), ('id:' || s.order_id)) as x (alias)
        where x.alias is not null
    )

    select distinct
        k.position_id,
        k.name,
        k.has_arrived,
        s.number
    from known as k
    -- an id of ours is one whatever the list calls the symbol
    inner join shown as s on s.alias = k.alias and (s.symbol = k.symbol or k.alias ~ '^tl[0-9a-f]{22}');
end
$$;

comment on function monitoring.match_orders(monitoring.positions[], monitoring.seen_order[]) is
'Which of the orders that are left in these rows a list shows, at which of its places. An order is found by its client order id, or by the exchange''s id where that was reported.';

revoke all on function monitoring.match_orders(monitoring.positions[], monitoring.seen_order[]) from public;

commit;
