-- Deploy tradelatch:functions/reconcile to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.reconcile(
    exchange text,
    snapshot jsonb,
    observed_at timestamptz,
    account text default 'default',
    complete boolean default false,
    covers text[] default null,
    apply boolean default false,
    adopt boolean default false,
    stop_loss_percent numeric default null,
    max_closes integer default 3
)
returns setof tradelatch.finding
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set enable_nestloop = off -- nor compare each slot with every other,
set enable_mergejoin = off -- as a merge of all that an account has does: what is hashed is quick, however few it was taken for
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled,
set plan_cache_mode = force_generic_plan -- or made anew in each call, which takes longer than the call
as $$
declare
    v_exchange text := monitoring.canonical_exchange(reconcile.exchange);
    v_account text := monitoring.check_name('account', reconcile.account, 64);
    v_complete boolean := monitoring.check_switch('complete', reconcile.complete);
    v_apply boolean := monitoring.check_switch('apply', reconcile.apply);
    v_adopt boolean := monitoring.check_switch('adopt', reconcile.adopt);
    v_covers text[] := monitoring.check_covers(v_exchange, reconcile.covers);
    v_stop_loss_percent numeric := monitoring.check_percent('stop_loss_percent', reconcile.stop_loss_percent);
    v_latest monitoring.snapshots;
    v_seen monitoring.sightings[];
    v_twice text;
    v_absences integer;
    v_found tradelatch.finding[];
    v_chosen tradelatch.finding[];
    v_done tradelatch.cleanup_action[];
    v_symbols text[];
    v_finding tradelatch.finding;
    v_backup_id uuid := gen_random_uuid();
begin
    perform monitoring.check_observed(reconcile.observed_at);
    if (reconcile.max_closes between 0 and 100000) is not true then
        perform monitoring.refuse_argument('max_closes', 'must be 0 to 100000', reconcile.max_closes::text);
    end if;

    perform monitoring.check_account(v_exchange, v_account);
    perform monitoring.keep_durable();
    v_seen := array(
        select r from monitoring.read_snapshot(v_exchange, v_account, reconcile.snapshot, reconcile.observed_at) as r
    );
    select concat_ws(' ', s.symbol, s.position_side)
    into v_twice
    from unnest(v_seen) as s
    group by s.symbol, s.position_side
    having count(*) > 1
    order by s.symbol
    limit 1;
    if found then
        perform monitoring.refuse_argument('snapshot', 'has two entries for one slot', v_twice);
    end if;

    -- One snapshot of an account after the other.
    insert into monitoring.snapshots (exchange, account)
    values (v_exchange, v_account)
    on conflict do nothing;
    select s.*
    into v_latest
    from monitoring.snapshots as s
    where s.exchange = v_exchange and s.account = v_account
    for update;

    -- What is not newer than the latest counts nothing.
    if reconcile.observed_at > v_latest.observed_at then
        with covered as (
            select distinct x.symbol
            from unnest(v_covers) as x (symbol)
        )

        select count(*)::integer
        into v_absences
        from tradelatch.open_positions as o
        left join unnest(v_seen) as s on s.symbol = o.symbol and s.position_side = o.position_side
        left join covered as c on c.symbol = o.symbol
        where o.exchange = v_exchange
            and o.account = v_account
            and o.status in ('active', 'pending_sl')
            and o.exposure_at + monitoring.grace() <= reconcile.observed_at
            and (s.quantity = 0 or s.quantity is null and v_complete and (v_covers is null or c.symbol is not null));

        update monitoring.snapshots as s
        set
            observed_at = reconcile.observed_at,
            is_complete = v_complete,
            is_suspect = v_absences > reconcile.max_closes,
            absences = v_absences,
            max_closes = reconcile.max_closes
        where s.exchange = v_exchange and s.account = v_account
        returning s.* into v_latest;

        merge into monitoring.sightings as t
        using (
            with covered as (
                select distinct x.symbol
                from unnest(v_covers) as x (symbol)
            ),

            slots as (
                select
                    s.symbol::text,
                    s.position_side::text
                from unnest(v_seen) as s
                where s.quantity > 0 or not v_latest.is_suspect
                union
                select
                    o.symbol,
                    o.position_side
                from tradelatch.open_positions as o
                left join covered as c on c.symbol = o.symbol
                where o.exchange = v_exchange
                    and o.account = v_account
                    and v_complete
                    and not v_latest.is_suspect
                    and (v_covers is null or c.symbol is not null)
                union
                select
                    k.symbol::text,
                    k.position_side::text
                from monitoring.sightings as k
                left join covered as c on c.symbol = k.symbol
                where k.exchange = v_exchange
                    and k.account = v_account
                    and v_complete
                    and not v_latest.is_suspect
                    and (v_covers is null or c.symbol is not null)
            ),

            held as (
                select
                    o.symbol,
                    o.position_side,
                    count(*) as positions,
                    max(o.exposure_at) as moved_at,
                    max(o.orders_at) as ordered_at
                from tradelatch.open_positions as o
                where o.exchange = v_exchange and o.account = v_account
                group by o.symbol, o.position_side
            ),

            settled as (
                select
                    e.symbol,
                    e.position_side,
                    bool_and(e.is_settled) as is_settled
                from monitoring.evidence as e
                where e.exchange = v_exchange and e.account = v_account
                group by e.symbol, e.position_side
            )

            select
                slots.symbol,
                slots.position_side,
                s.side,
                coalesce(s.quantity, 0) as quantity,
                s.average_price,
                s.stop_loss_price,
                s.stop_loss_order_id,
                s.no_stop_loss_since,
                held.positions,
                held.moved_at,
                held.ordered_at,
                coalesce(settled.is_settled, false) as is_settled
            from slots
            left join unnest(v_seen) as s on s.symbol = slots.symbol and s.position_side = slots.position_side
            left join held on held.symbol = slots.symbol and held.position_side = slots.position_side
            left join settled on settled.symbol = slots.symbol and settled.position_side = slots.position_side
        ) as n
            on t.exchange = v_exchange
            and t.account = v_account
            and t.symbol = n.symbol
            and t.position_side = n.position_side
        when matched and n.quantity = 0 and n.positions is null then delete
        when matched then
            update set
                side = n.side,
                quantity = n.quantity,
                average_price = n.average_price,
                -- a snapshot that did not look at stop-losses says nothing of them
                stop_loss_price = case
                    when n.quantity = 0 or n.no_stop_loss_since is not null then null
                    else coalesce(n.stop_loss_price, t.stop_loss_price)
                end,
                stop_loss_order_id = case
                    when n.quantity = 0 or n.no_stop_loss_since is not null then null
                    when n.stop_loss_price is not null then n.stop_loss_order_id
                    else t.stop_loss_order_id
                end,
                no_stop_loss_since = case
                    when n.quantity = 0 or n.stop_loss_price is not null then null
                    when t.no_stop_loss_since >= n.ordered_at + monitoring.grace() or n.no_stop_loss_since is null
                        then t.no_stop_loss_since
                    else n.no_stop_loss_since
                end,
                no_stop_loss_until = case
                    when n.quantity = 0 or n.stop_loss_price is not null then null
                    else coalesce(n.no_stop_loss_since, t.no_stop_loss_until)
                end,
                first_seen_at = case
                    when t.side is not distinct from n.side
                        and t.quantity = n.quantity
                        and n.is_settled
                        -- what agrees with one of two rows that exclude each other may be what it was before the second
                        and (n.positions is null or n.positions = 1 or t.first_seen_at >= n.moved_at + monitoring.grace())
                        then t.first_seen_at
                    else reconcile.observed_at
                end,
                last_seen_at = reconcile.observed_at
        when not matched and (n.quantity > 0 or n.positions is not null) then
            insert (
                exchange, account, symbol, position_side, side, quantity, average_price,
                stop_loss_price, stop_loss_order_id, no_stop_loss_since, no_stop_loss_until, first_seen_at, last_seen_at
            ) values (
                v_exchange, v_account, n.symbol, n.position_side, n.side, n.quantity, n.average_price,
                n.stop_loss_price, n.stop_loss_order_id, n.no_stop_loss_since, n.no_stop_loss_since,
                reconcile.observed_at, reconcile.observed_at
            );
    end if;

    v_found := array(select f from monitoring.findings(v_exchange, v_account, null, interval '5 minutes') as f);
    v_chosen := array(
        select f
        from unnest(v_found) as f
        where f.detail ->> 'to_status' is not null
            and (f.check_name = 'orphaned_db' and v_apply or f.check_name = 'orphaned_exchange' and v_adopt)
        order by f.symbol, f.position_side, f.position_id
    );
    -- Several snapshots, none of them suspect by itself, may come to more.
    v_absences := (select count(*)::integer from unnest(v_chosen) as c where c.check_name = 'orphaned_db');
    if v_absences > reconcile.max_closes then
        update monitoring.snapshots as s
        set
            is_suspect = true,
            absences = v_absences,
            max_closes = reconcile.max_closes
        where s.exchange = v_exchange and s.account = v_account;
        v_chosen := array(select c from unnest(v_chosen) as c where c.check_name <> 'orphaned_db');
    end if;
    v_chosen := v_chosen[:monitoring.bulk_limit()];
    v_done := array(select a from monitoring.carry_out(v_chosen, 'reconcile', null, v_backup_id, v_stop_loss_percent) as a);

    for v_place in 1..cardinality(v_chosen) loop
        continue when v_done[v_place].backup_id is null;
        v_finding := v_chosen[v_place];
        v_finding.position_id := v_done[v_place].position_id;
        v_finding.status := v_done[v_place].to_status;
        v_finding.detail := v_done[v_place].detail || jsonb_build_object('backup_id', v_backup_id);
        v_finding.action := case v_done[v_place].action when 'end' then 'closed' else 'adopted' end;
        return next v_finding;
    end loop;

    -- What was found stands, but for the slots that were worked on, and for all of them when the snapshot turned suspect.
    if v_absences > reconcile.max_closes then
        v_found := array(select f from monitoring.findings(v_exchange, v_account, null, interval '5 minutes') as f);
    elsif cardinality(v_chosen) > 0 then
        v_symbols := array(select distinct c.symbol from unnest(v_chosen) as c);
        v_found := array(
            select f
            from monitoring.findings(v_exchange, v_account, v_symbols, interval '5 minutes') as f
            union all
            select f
            from unnest(v_found) as f
            left join unnest(v_symbols) as s (symbol) on s.symbol = f.symbol
            where s.symbol is null
        );
    end if;
    return query
    select f.*
    from unnest(v_found) as f
    where f.check_name in (
        'orphaned_db', 'orphaned_exchange', 'quantity_mismatch', 'side_mismatch', 'mode_mismatch', 'symbol_mismatch', 'snapshot_suspect', 'clock_went_back'
    ) or f.check_name = 'no_stop_loss' and f.status = 'active';
end
$$;

comment on function tradelatch.reconcile(
    text, jsonb, timestamptz, text, boolean, text[], boolean, boolean, numeric, integer
) is
$$Records what an exchange showed, and compares the book with it.
snapshot: a JSON array of {"symbol", "side", "quantity", "average_price"}, optionally position_side, stop_loss_price and stop_loss_order_id
(missing: nobody looked; null: there is none); quantity 0 is flat; numbers may be strings. At most 100000 entries.
observed_at: when the request to the exchange began, by the database's clock; what is not newer than the latest of the account counts nothing.
complete: what is not listed is not there; covers: of these symbols only (null: of all), as a list of linear contracts proves nothing of
inverse ones. apply: ends what is proven gone, driven by nobody and without an order that may still be sent: pending_cancels while orders are
left, for recovery to cancel, else closed. adopt: adopts what is proven there, where its average price is known, with stop_loss_percent as
the distance of its stop-loss. At most 1000 positions a call: the others are findings, for the next one. Both are backed up.
Proven: seen in two snapshots 5 seconds apart, begun 5 seconds after what is open in the slot last moved.
max_closes: where more positions are missing, none is closed, their absence is not recorded, and there is a finding snapshot_suspect.
A position of which the symbol is held in the other position mode (mode_mismatch), or which is missing while as much, at a price within 5 %, is
held of a symbol that the book does not have (symbol_mismatch), is neither proven nor disproven, and what is held is not adopted.
Findings: orphaned_db, orphaned_exchange, quantity_mismatch, side_mismatch, mode_mismatch, symbol_mismatch, no_stop_loss, snapshot_suspect, clock_went_back (the latest
snapshot lies in the future of the clock as it is now, so this one counts nothing); action is closed or adopted where
that was done.
Errors: 22023; 42501 the account is not granted to the caller; 55P03 another snapshot of the account is being recorded; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.reconcile(
    text, jsonb, timestamptz, text, boolean, text[], boolean, boolean, numeric, integer
) from public;
grant execute on function tradelatch.reconcile(
    text, jsonb, timestamptz, text, boolean, text[], boolean, boolean, numeric, integer
) to tradelatch_bot;

commit;
