-- Deploy tradelatch:helpers/order_findings to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.order_findings(exchange text, account text, symbols text[])
returns setof tradelatch.finding
language plpgsql
stable
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set enable_nestloop = off -- nor compare each order with every position:
set enable_mergejoin = off -- what is hashed is quick, however few it was taken for
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled,
set plan_cache_mode = force_generic_plan -- or made anew in each call, which takes longer than the call
as $$
declare
    v_now timestamptz := clock_timestamp();
begin
    return query
    select
        'snapshot_suspect',
        'critical',
        null::bigint,
        s.exchange::text,
        s.account::text,
        null,
        null,
        null,
        v_now - s.observed_at,
        jsonb_build_object('orders_observed_at', s.observed_at, 'missing', s.missing, 'max_missing', s.max_missing),
        'look at the exchange; if the stop-losses are gone, reconcile_orders with a higher max_missing'
    from monitoring.order_snapshots as s
    where s.is_suspect
        and s.exchange = coalesce(order_findings.exchange, s.exchange)
        and s.account = coalesce(order_findings.account, s.account)
        and order_findings.symbols is null;

    -- No list is recorded from the future: the clock was ahead of where it is now.
    return query
    select
        'clock_went_back',
        'critical',
        null::bigint,
        s.exchange::text,
        s.account::text,
        null,
        null,
        null,
        interval '0',
        jsonb_build_object('observed_at', s.observed_at, 'clock', v_now),
        'set the database server''s clock right: until its time is past observed_at, snapshots count nothing'
    from monitoring.order_snapshots as s
    where s.observed_at > v_now + monitoring.grace()
        and s.exchange = coalesce(order_findings.exchange, s.exchange)
        and s.account = coalesce(order_findings.account, s.account)
        and order_findings.symbols is null;

    -- In an ordinary life nothing was seen, and the book need not be looked through.
    if not exists (select from monitoring.order_sightings) then
        return;
    end if;

    return query
    with seen as materialized (
        select
            s.*,
            coalesce(k.is_suspect, false) as is_suspect
        from monitoring.order_sightings as s
        left join monitoring.order_snapshots as k on k.exchange = s.exchange and k.account = s.account
        where s.exchange = coalesce(order_findings.exchange, s.exchange)
            and s.account = coalesce(order_findings.account, s.account)
            and (order_findings.symbols is null or s.symbol in (select x.symbol from unnest(order_findings.symbols) as x (symbol)))
    ),

    book as materialized (
        select
            o.position_id,
            o.exchange,
            o.account,
            o.symbol,
            o.position_side,
            o.side,
            o.status,
            o.open_quantity,
            o.stop_loss_price,
            o.stop_loss_order,
            o.lease_until,
            o.is_in_hand,
            o.orders_at,
            greatest(o.orders_at, o.exposure_at) as moved_at
        from tradelatch.open_positions as o
        where o.status = 'active'
            and o.exchange = coalesce(order_findings.exchange, o.exchange)
            and o.account = coalesce(order_findings.account, o.account)
            and (order_findings.symbols is null or o.symbol in (select x.symbol from unnest(order_findings.symbols) as x (symbol)))
    ),

    -- The stop-losses that should stand; of those that nobody can name, whatever * stands for.
    stops as (
        select
            b.*,
            s.problem,
            s.side as seen_side,
            s.quantity,
            s.trigger,
            s.first_seen_at,
            s.last_seen_at,
            s.is_suspect,
            monitoring.is_proven(m.moved_at, s.first_seen_at, s.last_seen_at) as is_due
        from book as b
        inner join seen as s on s.position_id = b.position_id and s.name = coalesce(b.stop_loss_order, '*')
        cross join lateral (values (case s.problem when 'absent' then b.orders_at else b.moved_at end)) as m (moved_at)
        where s.last_seen_at >= m.moved_at
    ),

    orphans as (
        select
            s.*,
            (s.owner).status,
            (s.owner).position_side,
            monitoring.is_proven(m.moved_at, s.first_seen_at, s.last_seen_at) as is_due
        from (
            select
                o.*,
                (select p from monitoring.positions as p where p.id = o.position_id) as owner
            from seen as o
            where o.problem = 'orphaned'
        ) as s
        cross join lateral (
            values (coalesce((s.owner).closed_at, (s.owner).orders_at, '-infinity'))
        ) as m (moved_at)
        where s.last_seen_at >= m.moved_at
    )

    select
        case s.problem when 'absent' then 'no_stop_loss' else 'stop_mismatch' end,
        case
            when not s.is_due then 'info'
            when s.problem = 'absent' then 'critical'
            else 'warning'
        end,
        s.position_id,
        s.exchange,
        s.account,
        s.symbol,
        s.position_side,
        s.status,
        v_now - s.first_seen_at,
        jsonb_strip_nulls(jsonb_build_object(
            'side', s.side,
            'open_quantity', s.open_quantity,
            'lease_until', s.lease_until,
            'stop_loss_price', s.stop_loss_price,
            'order', coalesce(s.stop_loss_order, '*'),
            'order_seen', jsonb_build_object(
                'side', s.seen_side,
                'quantity', s.quantity,
                'trigger', s.trigger,
                'first_seen_at', s.first_seen_at,
                'last_seen_at', s.last_seen_at,
                'is_proven', s.is_due
            )
        )),
        case
            when not s.is_due then 'wait for another snapshot'
            when s.problem <> 'absent' then 'look at its stop-loss, then update_stop_loss or replace_stop_loss'
            when s.is_suspect then 'look at the exchange: its latest list of orders is suspect'
            when s.is_in_hand then 'look at the exchange: an order of it may still be sent'
            else 'reconcile_orders with apply, then recover'
        end
    from stops as s
    where s.problem in ('absent', 'mismatched')
    union all
    select
        'orphaned_order',
        case when bool_or(o.is_due) then 'critical' else 'info' end,
        o.position_id,
        o.exchange::text,
        o.account::text,
        o.symbol::text,
        o.position_side::text,
        o.status,
        v_now - min(o.first_seen_at),
        jsonb_build_object(
            'orders', jsonb_agg(
                jsonb_strip_nulls(jsonb_build_object(
                    'order', o.name,
                    'side', o.side,
                    'quantity', o.quantity,
                    'trigger', o.trigger,
                    'first_seen_at', o.first_seen_at,
                    'last_seen_at', o.last_seen_at,
                    'is_proven', o.is_due
                ))
                order by o.name
            )
        ),
        case when bool_or(o.is_due) then 'cancel it on the exchange' else 'wait for another snapshot' end
    from orphans as o
    group by o.position_id, o.exchange, o.account, o.symbol, o.position_side, o.status;
end
$$;

comment on function monitoring.order_findings(text, text, text[]) is
'The checks of what lists of orders showed: no_stop_loss of active positions, stop_mismatch, orphaned_order (one for each position), snapshot_suspect and clock_went_back; names are canonical, null is all.';

revoke all on function monitoring.order_findings(text, text, text[]) from public;

commit;
