-- Deploy tradelatch:helpers/findings to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.findings(exchange text, account text, symbols text[], stale_after interval)
returns setof tradelatch.finding
language plpgsql
stable
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set enable_nestloop = off -- nor compare each slot with every other,
set enable_mergejoin = off -- as a merge of all that an account has does: what is hashed is quick, however few it was taken for
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled,
set plan_cache_mode = force_generic_plan -- or made anew in each call, which takes longer than the call
as $$
declare
    v_now timestamptz := clock_timestamp();
begin
    return query
    -- Where cleanup leads from a status, if that is one way. No status goes missing where there is none, or several.
    with ways_out as (
        select
            t.from_status,
            min(t.to_status) as to_status
        from monitoring.position_transitions as t
        inner join monitoring.position_statuses as s on s.status = t.to_status and not s.is_open
        where t.move = 'cleanup'
        group by t.from_status
        having count(*) = 1
    ),

    -- What is asked of a slot more than once is computed as often, unless it is kept.
    seen as materialized (
        select e as evidence
        from monitoring.evidence as e
        where e.exchange = coalesce(findings.exchange, e.exchange)
            and e.account = coalesce(findings.account, e.account)
    ),

    known as materialized (
        select
            o.position_id,
            o.exchange,
            o.account,
            o.symbol,
            o.position_side,
            o.side,
            o.status,
            o.filled_quantity,
            o.open_quantity,
            coalesce(o.average_price, o.entry_price) as price,
            o.origin,
            o.exchange_order_id,
            o.entry_client_order_id,
            o.orders_withheld,
            o.lease_until,
            o.created_at,
            o.updated_at,
            o.exposure_at,
            o.orders_at,
            o.stop_loss_order,
            o.is_unprotected,
            -- recovery neither protects nor closes it unasked
            o.is_unprotected and o.status = 'pending_sl' and o.origin <> 'created'
            and o.stop_loss_price is null and o.stop_loss_percent is null as has_no_price,
            o.is_driven,
            -- Its end, as long as no order is left; else what it is until they are cancelled, unless one may still be sent. * is the
            -- slot's: of two rows in one slot it is asked of the one that stays.
            case
                when o.orders_left = '{}' then w.to_status
                when not o.is_in_hand and o.status in ('active', 'pending_sl') then 'pending_cancels'
            end as ends_as,
            case
                when array_remove(o.orders_left, '*') = '{}' then w.to_status
                when not o.is_in_hand and o.status <> 'pending_cancels' then 'pending_cancels'
            end as duplicate_ends_as,
            o.status = 'active' and o.is_unguarded as is_unguarded,
            o.orders_left,
            (e.evidence).side as seen_side,
            (e.evidence).quantity as seen_quantity,
            (e.evidence).first_seen_at,
            (e.evidence).last_seen_at,
            (e.evidence).no_stop_loss_since,
            (e.evidence).no_stop_loss_until,
            coalesce((e.evidence).is_proven, false) as is_proven,
            -- while the latest snapshot of its account is suspect, absence is evidence for nothing
            coalesce((e.evidence).is_proven and (e.evidence).quantity = 0 and not s.is_suspect, false) as is_proven_gone,
            e.evidence
        from tradelatch.open_positions as o
        left join ways_out as w on w.from_status = o.status
        -- what was seen before its last move says nothing of it
        left join seen as e
            on (e.evidence).position_id = o.position_id and (e.evidence).last_seen_at >= o.exposure_at
        left join monitoring.snapshots as s on s.exchange = o.exchange and s.account = o.account
        where o.exchange = coalesce(findings.exchange, o.exchange)
            and o.account = coalesce(findings.account, o.account)
    ),

    -- What the exchange shows in no slot of the book, and may be one of these positions: in the other position mode; or, where a
    -- position is missing, as much at about its price of another symbol, whichever symbols are asked for: so all are looked at.
    strangers as materialized (
        select e.*
        from (
            select
                k.position_id,
                'mode_mismatch' as check_name,
                s.exchange::text as exchange,
                s.account::text as account,
                s.symbol::text as symbol,
                s.position_side::text as position_side,
                s.quantity::numeric as quantity,
                s.first_seen_at,
                s.last_seen_at
            from known as k
            inner join monitoring.sightings as s
                on s.exchange = k.exchange
                    and s.account = k.account
                    and s.symbol = k.symbol
            where s.quantity > 0
                and s.last_seen_at >= k.exposure_at
                and (s.position_side = 'both') <> (k.position_side = 'both')
            union all
            select
                k.position_id,
                'symbol_mismatch',
                s.exchange::text,
                s.account::text,
                s.symbol::text,
                s.position_side::text,
                s.quantity::numeric,
                k.first_seen_at,
                k.last_seen_at
            from known as k
            inner join monitoring.sightings as s
                on s.exchange = k.exchange
                    and s.account = k.account
                    and s.side = k.side
                    and s.quantity = k.open_quantity
            where k.seen_quantity = 0
                and s.quantity > 0
                and s.symbol <> k.symbol
                and s.last_seen_at >= k.exposure_at
                and abs(s.average_price - k.price) <= k.price * 0.05
                and not monitoring.is_alias(s.exchange, s.symbol)
        ) as e
        -- Not a join, which would read all that ever ended.
        where (exists (
            select
            from monitoring.conflicting_positions(e.exchange, e.account, e.symbol, e.position_side) as c
            where c.position_side = e.position_side
        )) is false
    ),

    doubted as materialized (
        select
            s.position_id,
            -- what the mode says is said first: it speaks of the symbol itself
            min(s.check_name) as check_name,
            min(s.first_seen_at) as first_seen_at,
            bool_or(s.first_seen_at + monitoring.grace() <= s.last_seen_at) as is_due,
            array_agg(distinct s.symbol) filter (where s.check_name = 'symbol_mismatch') as held_as,
            string_agg(
                trim_scale(s.quantity) || ' on position side ' || s.position_side, ' and ' order by s.position_side
            ) filter (where s.check_name = 'mode_mismatch') as exposures
        from strangers as s
        group by s.position_id
    ),

    book as materialized (
        select
            k.*,
            k.is_proven_gone and d.position_id is null as is_gone,
            d.check_name as doubt
        from known as k
        left join doubted as d on d.position_id = k.position_id
        where findings.symbols is null or k.symbol in (select s.symbol from unnest(findings.symbols) as s (symbol))
    ),

    -- Rows that exclude each other: an index was missing when they were made.
    conflicting as (
        select
            b.*,
            coalesce(b.exchange_order_id, b.entry_client_order_id) as entry_order
        from book as b
        where exists (
            select
            from book as other
            where other.symbol = b.symbol
                and other.exchange = b.exchange
                and other.account = b.account
                and other.position_id <> b.position_id
                and (other.position_side = b.position_side or 'both' in (other.position_side, b.position_side))
        )
    ),

    -- An entry order that two rows tell of was one exposure.
    judged as (
        select
            c.*,
            c.filled_quantity > 0
            and c.entry_order is not null
            and row_number() over (
                partition by c.exchange, c.account, c.symbol, c.entry_order order by c.origin <> 'created', c.position_id
            ) = 1 as has_exposure,
            -- shown as what one of them is alone, after the last move of all of them
            c.seen_side = c.side
            and c.seen_quantity = c.open_quantity
            and c.first_seen_at + monitoring.grace() <= c.last_seen_at
            and c.first_seen_at >= max(c.exposure_at) over same_symbol + monitoring.grace()
            and not exists (
                select
                from monitoring.positions as ended
                where ended.closed_at > c.first_seen_at - monitoring.grace()
                    and ended.symbol = c.symbol
                    and ended.exchange = c.exchange
                    and ended.account = c.account
            ) as is_all_there_is
        from conflicting as c
        window same_symbol as (partition by c.exchange, c.account, c.symbol)
    ),

    -- Without a fill yet an entry may still arrive; with one exposure its row stays; with none the better one of the rows; with
    -- several, what the exchange shows.
    ranked as (
        select
            j.*,
            count(*) filter (where j.has_exposure) over same_symbol as exposures,
            bool_or(
                j.status in ('pending_entry', 'entry_placed') or j.status = 'pending_rollback' and j.filled_quantity = 0
            ) over same_symbol as is_unsettled,
            bool_or(j.is_all_there_is) over same_symbol as is_shown,
            row_number() over (
                partition by j.exchange, j.account, j.symbol
                order by j.is_all_there_is is true desc, j.has_exposure desc, j.status = 'active' desc, j.position_id
            ) as place,
            first_value(j.position_id) over (
                partition by j.exchange, j.account, j.symbol
                order by j.is_all_there_is is true desc, j.has_exposure desc, j.status = 'active' desc, j.position_id
            ) as keeper,
            first_value(j.position_side) over (
                partition by j.exchange, j.account, j.symbol
                order by j.is_all_there_is is true desc, j.has_exposure desc, j.status = 'active' desc, j.position_id
            ) as kept_side,
            array_agg(j.position_id) over same_symbol as positions
        from judged as j
        window same_symbol as (partition by j.exchange, j.account, j.symbol)
    ),

    duplicates as (
        select
            r.*,
            not r.is_unsettled and (r.exposures <= 1 or coalesce(r.is_shown, false)) as is_decided
        from ranked as r
        -- long and short do not exclude each other, once the one-way row beside them is gone
        where r.place > 1 and (r.position_side = r.kept_side or 'both' in (r.position_side, r.kept_side))
    ),

    unfinished as (
        select
            b.*,
            -- the log may be lost, then it is as old as its row
            v_now - coalesce(history.since, b.created_at) as age,
            history.refusal
        from book as b
        cross join lateral (
            select
                max(ev.at) filter (where ev.from_status is distinct from ev.to_status) as since,
                (array_agg(ev.details ->> 'reason' order by ev.id desc) filter (where ev.event = 'reissue_order'))[1] as refusal
            from monitoring.position_events as ev
            where ev.position_id = b.position_id
        ) as history
        where (b.status <> 'active' or b.is_unguarded)
            and not b.orders_withheld
            and b.position_id not in (select d.position_id from duplicates as d)
    ),

    found (
        check_name, severity, position_id, exchange, account, symbol, position_side, status, age, detail, action, evidence
    ) as (
        select
            'duplicate',
            'critical',
            d.position_id,
            d.exchange,
            d.account,
            d.symbol,
            d.position_side,
            d.status,
            v_now - d.created_at,
            jsonb_build_object(
                'positions', d.positions,
                'duplicate_of', case when d.is_decided then d.keeper end,
                'exposures', d.exposures,
                'to_status', case when d.is_decided and not d.is_driven then d.duplicate_ends_as end,
                'lease_until', d.lease_until
            ),
            case
                when d.is_decided and d.is_driven then 'it is being driven'
                when d.is_decided and d.duplicate_ends_as is null then 'recover'
                when d.is_decided then 'cleanup duplicates'
                when d.is_unsettled then 'recover: an entry order may have reached the exchange'
                else 'look at the exchange: both entry orders were filled'
            end,
            d.evidence
        from duplicates as d
        union all
        select
            'duplicate',
            'critical',
            b.position_id,
            b.exchange,
            b.account,
            b.symbol,
            b.position_side,
            b.status,
            v_now - b.updated_at,
            jsonb_build_object('orders_withheld', true),
            'look at the exchange whose exposure it is, then take-over',
            b.evidence
        from book as b
        where b.orders_withheld and b.position_id not in (select d.position_id from duplicates as d)
        union all
        select
            case
                when u.status in ('pending_entry', 'entry_placed', 'active') then 'incomplete'
                when u.status = 'pending_sl' then case when u.is_unprotected then 'no_stop_loss' else 'incomplete' end
                else u.status
            end,
            -- what is not known to be harmless, in a status that came later too, is as grave as a close that nobody finishes
            case
                when u.is_unprotected then 'critical'
                when u.status in ('pending_entry', 'entry_placed', 'active', 'pending_sl')
                    then case when u.age >= findings.stale_after then 'warning' else 'info' end
                when u.age >= findings.stale_after then 'critical'
                else 'warning'
            end,
            u.position_id,
            u.exchange,
            u.account,
            u.symbol,
            u.position_side,
            u.status,
            u.age,
            jsonb_build_object(
                'lease_until', u.lease_until,
                'to_status', case
                    when u.is_gone and not u.is_driven and u.status <> 'active' then nullif(u.ends_as, 'pending_cancels')
                end,
                'orders_left', case u.status
                    when 'active' then to_jsonb(array_remove(u.orders_left, u.stop_loss_order))
                    when 'pending_cancels' then to_jsonb(u.orders_left)
                end,
                'refusal', u.refusal,
                'is_unprotected', nullif(u.is_unprotected, false),
                'has_no_price', nullif(u.has_no_price, false)
            ),
            case
                when u.is_driven then 'it is being driven'
                when u.is_gone and u.ends_as <> 'pending_cancels' and u.status <> 'active' then 'cleanup incomplete'
                when u.refusal is not null and u.status in ('pending_close', 'pending_rollback')
                    then 'recover; or look at the exchange, where its closing order ended: ' || u.refusal
                when u.has_no_price then 'give it a stop-loss at a price of your choice, or close it'
                else 'recover'
            end,
            u.evidence
        from unfinished as u
        where (not u.is_driven or u.age >= findings.stale_after)
            -- said below, but of rows that exclude each other
            and not (
                u.status = 'pending_sl'
                and u.is_gone
                and u.position_id not in (select c.position_id from conflicting as c)
            )
        union all
        select
            x.check_name,
            case
                when not x.is_due then 'info'
                when x.check_name in ('orphaned_db', 'quantity_mismatch') then 'warning'
                else 'critical'
            end,
            b.position_id,
            b.exchange,
            b.account,
            b.symbol,
            b.position_side,
            b.status,
            v_now - x.since,
            jsonb_build_object(
                'side', b.side,
                'open_quantity', b.open_quantity,
                'lease_until', b.lease_until,
                'to_status', case when x.check_name = 'orphaned_db' and b.is_gone and not b.is_driven then b.ends_as end
            ),
            case
                when not x.is_due then 'wait for another snapshot'
                when x.check_name = 'orphaned_db' and b.is_driven then 'it is being driven'
                when x.check_name = 'orphaned_db' and not b.is_gone then 'look at the exchange: its latest snapshot is suspect'
                when x.check_name = 'orphaned_db' and b.ends_as is null then 'recover: an order of it may still be sent'
                when x.check_name = 'orphaned_db' then 'cleanup orphaned_db'
                when x.check_name = 'quantity_mismatch' then 'look at its fills, then resize_position'
                when x.check_name = 'side_mismatch' then 'look at the exchange: it holds the other side'
                else 'update_stop_loss with a null price, then recover'
            end,
            b.evidence
        from book as b
        cross join lateral (
            select
                b.first_seen_at as since,
                b.is_proven as is_due,
                case
                    when b.seen_quantity > 0 and b.seen_side <> b.side then 'side_mismatch'
                    -- said below
                    when b.seen_quantity = 0 and b.doubt is not null then null
                    when b.status in ('active', 'pending_sl') and b.seen_quantity = 0 then 'orphaned_db'
                    when b.status in ('active', 'pending_sl') and b.seen_quantity <> b.open_quantity then 'quantity_mismatch'
                    -- its entry, or an order of the bot's own, filled after all
                    when b.status = 'pending_cancels' and b.seen_quantity > 0 then 'quantity_mismatch'
                end as check_name
            union all
            select
                b.no_stop_loss_since,
                monitoring.is_proven(b.orders_at, b.no_stop_loss_since, b.no_stop_loss_until),
                case when b.status = 'active' then 'no_stop_loss' end
            where b.no_stop_loss_until >= b.orders_at
        ) as x
        where x.check_name is not null
            and b.position_id not in (select c.position_id from conflicting as c)
        union all
        select
            d.check_name,
            case when d.is_due then 'critical' else 'info' end,
            b.position_id,
            b.exchange,
            b.account,
            b.symbol,
            b.position_side,
            b.status,
            v_now - d.first_seen_at,
            jsonb_build_object(
                'side', b.side,
                'open_quantity', b.open_quantity,
                'lease_until', b.lease_until,
                'problem', case d.check_name
                    when 'mode_mismatch'
                        then format('the exchange holds %s, and the position is on %s', d.exposures, b.position_side)
                    else 'the exchange holds the same as ' || array_to_string(d.held_as, ', ')
                end,
                'held_as', d.held_as
            ),
            case
                when not d.is_due then 'wait for another snapshot'
                when d.check_name = 'mode_mismatch' then 'look at the exchange whose it is; set its mode back, or release'
                else 'look at the exchange: if it is one contract, record_aliases; else adopt_position, or release_position'
            end,
            b.evidence
        from book as b
        inner join doubted as d on d.position_id = b.position_id
        where b.position_id not in (select c.position_id from conflicting as c)
        union all
        -- Nobody noted it when the table was taken over.
        select
            'no_stop_loss',
            'warning',
            b.position_id,
            b.exchange,
            b.account,
            b.symbol,
            b.position_side,
            b.status,
            v_now - b.created_at,
            jsonb_build_object('order', '*'),
            'look which order is its stop-loss, then update_stop_loss with its price and id',
            b.evidence
        from book as b
        where b.origin = 'legacy'
            and b.status = 'active'
            and b.stop_loss_order is null
            and b.position_id not in (select c.position_id from conflicting as c)
        union all
        select
            'orphaned_exchange',
            case when e.is_proven then 'critical' else 'info' end,
            null,
            e.exchange,
            e.account,
            e.symbol,
            e.position_side,
            null,
            v_now - e.first_seen_at,
            jsonb_build_object(
                'side', e.side,
                'stop_loss_price', e.stop_loss_price,
                'stop_loss_order_id', e.stop_loss_order_id,
                'conflict', x.position_id,
                'to_status', case
                    when e.is_proven and x.position_id is null and e.average_price is not null
                        then case when e.stop_loss_price is null then 'pending_sl' else 'active' end
                end
            ),
            case
                when not e.is_proven then 'wait for another snapshot'
                when x.position_id is not null then 'look at the exchange: the book has the symbol in another position mode'
                when e.average_price is null then 'adopt, with its average price'
                else 'cleanup orphaned_exchange'
            end,
            e.evidence
        from (
            select
                s.evidence,
                (s.evidence).*
            from seen as s
            where (s.evidence).position_id is null
                and (
                    findings.symbols is null
                    or (s.evidence).symbol in (select x.symbol from unnest(findings.symbols) as x (symbol))
                )
        ) as e
        left join (
            select
                b.exchange,
                b.account,
                b.symbol,
                min(b.position_id) as any_side,
                min(b.position_id) filter (where b.position_side = 'both') as one_way
            from book as b
            group by b.exchange, b.account, b.symbol
        ) as other on other.exchange = e.exchange and other.account = e.account and other.symbol = e.symbol
        cross join lateral (
            select case e.position_side when 'both' then other.any_side else other.one_way end as position_id
        ) as x
        -- What was seen before a spelling was known as an id of another symbol is seen as that one by the next snapshot.
        where not monitoring.is_alias(e.exchange, e.symbol)
            -- Not a join, which would read all that ever ended.
            and (
                exists (
                    select
                    from monitoring.positions as ended
                    where ended.closed_at > e.last_seen_at
                        and ended.symbol = e.symbol
                        and ended.exchange = e.exchange
                        and ended.account = e.account
                        and (ended.position_side = e.position_side or 'both' in (ended.position_side, e.position_side))
                )
            ) is false
            -- said above, of the position that it may be
            and not exists (
                select
                from strangers as s
                where s.exchange = e.exchange
                    and s.account = e.account
                    and s.symbol = e.symbol
                    and s.position_side = e.position_side
            )
        union all
        select
            'snapshot_suspect',
            'critical',
            null,
            s.exchange::text,
            s.account::text,
            null,
            null,
            null,
            v_now - s.observed_at,
            jsonb_build_object('observed_at', s.observed_at, 'absences', s.absences, 'max_closes', s.max_closes),
            'look at the exchange; if they are gone, reconcile with a higher max_closes',
            null::monitoring.evidence
        from monitoring.snapshots as s
        where s.is_suspect
            and s.exchange = coalesce(findings.exchange, s.exchange)
            and s.account = coalesce(findings.account, s.account)
            and findings.symbols is null
        union all
        -- No snapshot is recorded from the future: the clock was ahead of where it is now.
        select
            'clock_went_back',
            'critical',
            null,
            s.exchange::text,
            s.account::text,
            null,
            null,
            null,
            interval '0',
            jsonb_build_object('observed_at', s.observed_at, 'clock', v_now),
            'set the database server''s clock right: until its time is past observed_at, snapshots count nothing',
            null::monitoring.evidence
        from monitoring.snapshots as s
        where s.observed_at > v_now + monitoring.grace()
            and s.exchange = coalesce(findings.exchange, s.exchange)
            and s.account = coalesce(findings.account, s.account)
            and findings.symbols is null
        union all
        select
            f.*,
            null::monitoring.evidence
        from monitoring.order_findings(findings.exchange, findings.account, findings.symbols) as f
        union all
        select
            f.*,
            null::monitoring.evidence
        from monitoring.lock_findings(findings.exchange, findings.account, findings.symbols) as f
        union all
        -- Of the whole database, whatever is asked for.
        select
            f.*,
            null::monitoring.evidence
        from monitoring.history_findings() as f
    ),

    -- A list of positions and a list of orders may say the same of a position, or of an account: the graver one counts.
    weighed as (
        select
            f.*,
            row_number() over (
                partition by f.check_name, f.exchange, f.account, f.symbol, f.position_side, f.position_id
                order by array_position(array['critical', 'warning', 'info'], f.severity), f.evidence is null
            ) as place
        from found as f
    )

    select
        f.check_name,
        f.severity,
        f.position_id,
        f.exchange,
        f.account,
        f.symbol,
        f.position_side,
        f.status,
        f.age,
        jsonb_strip_nulls(f.detail || jsonb_build_object('seen', monitoring.seen(f.evidence))),
        f.action
    from weighed as f
    where f.place = 1
    order by
        array_position(array['critical', 'warning', 'info'], f.severity), f.check_name,
        f.exchange, f.account, f.symbol, f.position_side, f.position_id;
end
$$;

comment on function monitoring.findings(text, text, text[], interval) is
'The one definition of every check, over all exchanges, accounts and symbols, or one exchange, one account and some symbols: names are canonical, null is all.';

revoke all on function monitoring.findings(text, text, text[], interval) from public;

commit;
