-- Deploy tradelatch:helpers/adopt to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.adopt(wanted monitoring.positions, observed_at timestamptz, lease interval)
returns tradelatch.receipt
language plpgsql
volatile
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled
as $$
declare
    v_wanted monitoring.positions := adopt.wanted;
    v_made record;
    v_receipt tradelatch.receipt;
    v_is_protected boolean := v_wanted.stop_loss_price is not null;
    v_moved_at timestamptz;
    v_is_taken boolean;
begin
    if monitoring.lock_slot(v_wanted.exchange, v_wanted.account, v_wanted.symbol) is not true then
        perform monitoring.wait_for_slot(v_wanted.exchange, v_wanted.account, v_wanted.symbol);
    end if;

    -- Known as this creation, it is answered below; as another call it is refused here.
    if v_wanted.attempt is not null then
        perform monitoring.is_known_attempt(v_wanted.attempt, null, 'adopt_position', '{}');
    end if;

    -- What was seen before the slot last moved may be what it was before that. Whoever holds it, or made this call before, is
    -- found below.
    select max(p.closed_at)
    into v_moved_at
    from monitoring.positions as p
    where p.closed_at > adopt.observed_at - monitoring.grace()
        and p.symbol = v_wanted.symbol
        and p.exchange = v_wanted.exchange
        and p.account = v_wanted.account
        and (p.position_side = v_wanted.position_side or 'both' in (p.position_side, v_wanted.position_side));
    v_is_taken := exists (select from monitoring.positions as p where p.attempt = v_wanted.attempt)
        or exists (
            select
            from monitoring.conflicting_positions(v_wanted.exchange, v_wanted.account, v_wanted.symbol, v_wanted.position_side)
        );
    if v_moved_at is not null and not v_is_taken then
        raise exception using
            errcode = 'TL009',
            message = format(
                '%s moved at %s, after that was seen: look at the exchange again', v_wanted.symbol, v_moved_at
            ),
            detail = json_build_object('moved_at', v_moved_at, 'observed_at', adopt.observed_at)::text;
    end if;

    -- As in create_position: the lock makes it quiet, the unique indexes decide.
    -- An INSERT that is refused has taken an id and a fence: it is left out where that is to be expected. Above READ COMMITTED the
    -- look may have been at what is over.
    v_is_taken := v_is_taken and current_setting('transaction_isolation') = 'read committed';
    for v_try in 1..3 loop
        if not v_is_taken then
            insert into monitoring.positions as p (
                origin, exchange, account, symbol, side, position_side, quantity, entry_price, stop_loss_percent,
                filled_quantity, average_price, open_quantity, opened_at, activated_at,
                stop_loss_price, stop_loss_order, stop_loss_order_id, stop_loss_attempt, stop_loss_sized, orders_arrived,
                attempt, drive_attempt, details, status, lease_until
            ) values (
                v_wanted.origin, v_wanted.exchange, v_wanted.account, v_wanted.symbol, v_wanted.side, v_wanted.position_side,
                v_wanted.quantity, v_wanted.entry_price, v_wanted.stop_loss_percent,
                v_wanted.quantity, v_wanted.entry_price, v_wanted.quantity,
                clock_timestamp(), case when v_is_protected then clock_timestamp() end,
                v_wanted.stop_loss_price, 'id:' || v_wanted.stop_loss_order_id, v_wanted.stop_loss_order_id,
                (not v_is_protected)::integer, (not v_is_protected)::integer,
                -- nobody can name the closing orders that it may have on the exchange
                array_remove(array['id:' || v_wanted.stop_loss_order_id, '*'], null),
                v_wanted.attempt, v_wanted.attempt, v_wanted.details,
                case when v_is_protected then 'active' else 'pending_sl' end, coalesce(clock_timestamp() + adopt.lease, 'epoch')
            )
            on conflict do nothing
            returning monitoring.receipt_of(p, 'created', true) as receipt into v_made;

            if found then
                return v_made.receipt;
            end if;
        end if;
        v_is_taken := false;

        v_receipt := monitoring.resolve_conflict(v_wanted);
        if v_receipt.outcome is not null then
            return v_receipt;
        end if;
    end loop;

    perform monitoring.compare_sequences();
    raise exception using
        errcode = '40001',
        message = format('the slot of %s keeps changing: try again', v_wanted.symbol);
end
$$;

comment on function monitoring.adopt(monitoring.positions, timestamptz, interval) is
'Takes into the book what was found on the exchange, as its columns say; they are checked already. Without a lease (null) nobody drives it, and claim_stale takes it at once. Outcomes and errors as in adopt_position.';

revoke all on function monitoring.adopt(monitoring.positions, timestamptz, interval) from public;

commit;
