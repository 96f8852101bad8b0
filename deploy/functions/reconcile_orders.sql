-- Deploy tradelatch:functions/reconcile_orders to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.reconcile_orders(
    exchange text,
    orders jsonb,
    observed_at timestamptz,
    account text default 'default',
    complete boolean default false,
    covers text[] default null,
    apply boolean default false,
    max_missing integer default 3
)
returns setof tradelatch.finding
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set enable_nestloop = off -- nor compare each order with every position:
set enable_mergejoin = off -- what is hashed is quick, however few it was taken for
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled,
set plan_cache_mode = force_generic_plan -- or made anew in each call, which takes longer than the call
as $$
declare
    v_exchange text := monitoring.canonical_exchange(reconcile_orders.exchange);
    v_account text := monitoring.check_name('account', reconcile_orders.account, 64);
    v_complete boolean := monitoring.check_switch('complete', reconcile_orders.complete);
    v_apply boolean := monitoring.check_switch('apply', reconcile_orders.apply);
    v_covers text[] := monitoring.check_covers(v_exchange, reconcile_orders.covers);
    v_latest monitoring.order_snapshots;
    v_seen monitoring.seen_order[];
    v_book monitoring.positions[];
    v_differences monitoring.order_sightings[];
    v_missing integer;
    v_move record;
    v_moved boolean := false;
    v_found tradelatch.finding[];
    v_finding tradelatch.finding;
    v_unprotected bigint[] := array[]::bigint[];
begin
    perform monitoring.check_observed(reconcile_orders.observed_at);
    if (reconcile_orders.max_missing between 0 and 100000) is not true then
        perform monitoring.refuse_argument('max_missing', 'must be 0 to 100000', reconcile_orders.max_missing::text);
    end if;

    perform monitoring.check_account(v_exchange, v_account);
    perform monitoring.keep_durable();
    v_seen := array(select o from monitoring.read_orders(v_exchange, reconcile_orders.orders) as o);

    -- One list of an account after the other.
    insert into monitoring.order_snapshots (exchange, account)
    values (v_exchange, v_account)
    on conflict do nothing;
    select s.*
    into v_latest
    from monitoring.order_snapshots as s
    where s.exchange = v_exchange and s.account = v_account
    for update;
    v_book := monitoring.open_rows(v_exchange, v_account);

    -- What is not newer than the latest counts nothing.
    if reconcile_orders.observed_at > v_latest.observed_at then
        -- What is listed has arrived. Nobody waits: a slot that is locked is looked at by the next list.
        for v_move in
            select
                b.id::bigint as position_id,
                monitoring.slot_key(b.exchange, b.account, b.symbol) as key,
                array_agg(m.name order by m.name) as orders
            from monitoring.match_orders(v_book, v_seen) as m
            inner join unnest(v_book) as b on b.id = m.position_id
            where not m.has_arrived
            group by b.id, key
            order by key, b.id
            limit monitoring.bulk_limit()
        loop
            continue when not pg_try_advisory_xact_lock(v_move.key);
            v_moved := monitoring.move_orders(
                v_move.position_id, null, '{}', v_move.orders, reconcile_orders.observed_at
            ) or v_moved;
        end loop;

        -- The stop-loss of a position of which the book names none, as of a table that was taken over: the one closing order of its
        -- slot, for all that is open, on the losing side. Which of several it is, only a person knows. One that closes whatever is
        -- held may be told without a side: it is the position's where it can be for nothing else.
        for v_move in
            select
                b.id::bigint as position_id,
                monitoring.slot_key(b.exchange, b.account, b.symbol) as key,
                max(o.trigger) as trigger,
                max(o.order_id) as order_id
            from unnest(v_book) as b
            inner join monitoring.unnamed_orders(v_book, v_seen) as u on u.position_id = b.id
            inner join unnest(v_seen) with ordinality as o on o.ordinality = u.number
            where v_apply and b.status = 'active' and b.stop_loss_order is null
            group by b.id, b.side, b.open_quantity, b.average_price, b.entry_price, key
            having count(*) = 1
                and bool_and((
                    o.order_id is not null
                    and (b.position_side <> 'both' or coalesce(o.reduce_only, false))
                    and case
                        when o.side is not null then o.side = case b.side when 'long' then 'sell' else 'buy' end
                        else o.reduce_only and (b.position_side = 'both' or b.position_side = o.position_side)
                    end
                    and coalesce(nullif(o.quantity, 0), b.open_quantity) >= b.open_quantity
                    and case b.side
                        when 'long' then o.trigger < coalesce(b.average_price, b.entry_price)
                        else o.trigger > coalesce(b.average_price, b.entry_price)
                    end
                ) is true)
            order by key, b.id
            limit monitoring.bulk_limit()
        loop
            continue when not pg_try_advisory_xact_lock(v_move.key);
            perform tradelatch.update_stop_loss(v_move.position_id, v_move.trigger, v_move.order_id);
            v_moved := true;
        end loop;
        if v_moved then
            v_book := monitoring.open_rows(v_exchange, v_account);
        end if;

        v_differences := array(
            select d
            from monitoring.compare_orders(
                v_exchange, v_account, v_book, v_seen, reconcile_orders.observed_at, v_complete, v_covers
            ) as d
        );
        v_missing := (
            select count(*)::integer
            from unnest(v_differences) as d
            inner join unnest(v_book) as b on b.id = d.position_id and coalesce(b.stop_loss_order, '*') = d.name
            where d.problem = 'absent'
                and d.last_seen_at is not null
                and b.status = 'active'
                and d.moved_at + monitoring.grace() <= reconcile_orders.observed_at
        );
        update monitoring.order_snapshots as s
        set
            observed_at = reconcile_orders.observed_at,
            is_complete = v_complete,
            is_suspect = v_missing > reconcile_orders.max_missing,
            missing = v_missing,
            max_missing = reconcile_orders.max_missing
        where s.exchange = v_exchange and s.account = v_account
        returning s.* into v_latest;

        delete from monitoring.order_sightings as t
        where t.exchange = v_exchange
            and t.account = v_account
            and not exists (
                select
                from unnest(v_differences) as d
                where d.symbol = t.symbol and d.name = t.name and d.position_id is not distinct from t.position_id
            );
        merge into monitoring.order_sightings as t
        using (
            select d.*
            from unnest(v_differences) as d
            where d.last_seen_at is not null and not (v_latest.is_suspect and d.problem = 'absent')
        ) as n
            on t.exchange = v_exchange
            and t.account = v_account
            and t.symbol = n.symbol
            and t.name = n.name
            and t.position_id is not distinct from n.position_id
        when matched then
            update set
                problem = n.problem,
                side = n.side,
                quantity = n.quantity,
                trigger = n.trigger,
                moved_at = n.moved_at,
                first_seen_at = case
                    when (t.problem, t.side, t.quantity, t.trigger) is not distinct from (n.problem, n.side, n.quantity, n.trigger)
                        and t.first_seen_at >= n.moved_at + monitoring.grace()
                        then t.first_seen_at
                    else n.first_seen_at
                end,
                last_seen_at = n.last_seen_at
        when not matched then
            insert (
                exchange, account, symbol, name, position_id, problem, side, quantity, trigger, moved_at, first_seen_at, last_seen_at
            ) values (
                n.exchange, n.account, n.symbol, n.name, n.position_id, n.problem, n.side, n.quantity, n.trigger, n.moved_at,
                n.first_seen_at, n.last_seen_at
            );
    end if;

    -- Several lists, none of them suspect by itself, may come to more.
    v_found := array(select f from monitoring.order_findings(v_exchange, v_account, null) as f);
    if v_apply and not v_latest.is_suspect then
        v_missing := (
            select count(*)::integer
            from unnest(v_found) as f
            where f.check_name = 'no_stop_loss' and f.severity <> 'info'
        );
        if v_missing > reconcile_orders.max_missing then
            update monitoring.order_snapshots as s
            set
                is_suspect = true,
                missing = v_missing,
                max_missing = reconcile_orders.max_missing
            where s.exchange = v_exchange and s.account = v_account
            returning s.* into v_latest;
        end if;
    end if;

    if v_apply and not v_latest.is_suspect then
        -- Of a position of which an order may still be sent none is ended. Whether an entry was filled at its end, or an order of
        -- the bot's own when nothing is open in the book, only a look at the position can tell.
        for v_move in
            select
                b.id::bigint as position_id,
                monitoring.slot_key(b.exchange, b.account, b.symbol) as key,
                b.orders_at,
                array_agg(s.name order by s.name) as orders,
                bool_or(b.status = 'active' and s.name = coalesce(b.stop_loss_order, '*')) as ends_stop_loss
            from monitoring.order_sightings as s
            inner join unnest(v_book) as b on b.id = s.position_id
            where s.exchange = v_exchange
                and s.account = v_account
                and s.problem = 'absent'
                and monitoring.is_proven(b.orders_at, s.first_seen_at, s.last_seen_at)
                and not monitoring.is_in_hand(b)
                and monitoring.order_kind(b, s.name) <> 'entry'
                and not (b.status = 'pending_cancels' and monitoring.order_kind(b, s.name) = 'own')
            group by b.id, key, b.orders_at
            order by key, b.id
            limit monitoring.bulk_limit()
        loop
            continue when not pg_try_advisory_xact_lock(v_move.key);
            if monitoring.move_orders(
                v_move.position_id, v_move.orders_at, v_move.orders, '{}', reconcile_orders.observed_at
            ) and v_move.ends_stop_loss then
                v_unprotected := v_unprotected || v_move.position_id;
            end if;
        end loop;
    end if;

    foreach v_finding in array v_found loop
        continue when v_finding.check_name <> 'no_stop_loss' or v_finding.position_id <> all (v_unprotected);
        v_finding.status := 'pending_sl';
        v_finding.action := 'recover';
        return next v_finding;
    end loop;
    return query
    select f.*
    from monitoring.order_findings(v_exchange, v_account, null) as f;
end
$$;

comment on function tradelatch.reconcile_orders(text, jsonb, timestamptz, text, boolean, text[], boolean, integer) is
$$Records which orders an exchange showed, and compares the orders left with them.
orders: a JSON array of {"symbol", "client_order_id", "order_id", "side", "quantity", "trigger", "reduce_only"}, one of the two ids at least;
side is buy or sell; a quantity of 0, null or none closes all; trigger null: nobody said; optionally position_side, where the exchange has
it; numbers may be strings. At most 100000 entries.
observed_at: when the request to the exchange began, by the database's clock; what is not newer than the latest of the account counts nothing.
What is listed has arrived: nobody has it in hand any more.
complete: what is not listed is not there, in none of the lists that the exchange keeps orders in; covers: of these symbols only (null: of all).
apply: the one closing order of a slot that covers what is open is the stop-loss of its position, where the book names none;
an order that arrived and is proven absent has ended, but an entry and, in pending_cancels, an order of the bot's own; so has *, when
nothing is listed that it stands for: closing orders of the slot that the book does not name. A position whose stop-loss ended becomes
pending_sl, for recovery to protect; a pending_cancels what it was to be, with no order left. A position of which an order may still be sent
is not touched. At most 1000 positions a call.
Proven: seen in two lists 5 seconds apart, begun 5 seconds after the orders of the position last moved.
max_missing: where more stop-losses are missing, nothing is ended, no absence is recorded, and there is a finding snapshot_suspect.
Findings: no_stop_loss; orphaned_order, one for all of a position that is over or does not know them; stop_mismatch, another trigger or
quantity than the book's; snapshot_suspect; clock_went_back (the latest list lies in the future of the clock as it is now). Of a position whose stop-loss was ended just now the action is recover.
Errors: 22023; 42501 the account is not granted to the caller; 55P03 another list of the account is being recorded; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.reconcile_orders(text, jsonb, timestamptz, text, boolean, text[], boolean, integer) from public;
grant execute on function tradelatch.reconcile_orders(text, jsonb, timestamptz, text, boolean, text[], boolean, integer)
to tradelatch_bot;

commit;
