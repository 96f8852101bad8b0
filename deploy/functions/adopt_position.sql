-- Deploy tradelatch:functions/adopt_position to pg

begin;

set local role tradelatch_owner;

create function tradelatch.adopt_position(
    exchange text,
    symbol text,
    side text,
    quantity numeric,
    average_price numeric,
    observed_at timestamptz,
    account text default 'default',
    position_side text default 'both',
    stop_loss_price numeric default null,
    stop_loss_order_id text default null,
    stop_loss_percent numeric default null,
    attempt uuid default null,
    lease interval default '1 minute',
    details jsonb default '{}'
)
returns tradelatch.receipt
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled
as $$
declare
    v_wanted monitoring.positions;
    v_made record;
    v_receipt tradelatch.receipt;
    v_lease interval := monitoring.check_lease(adopt_position.lease);
    v_is_protected boolean := adopt_position.stop_loss_price is not null;
    v_moved_at timestamptz;
begin
    v_wanted.origin := 'adopted';
    v_wanted.exchange := monitoring.canonical_exchange(adopt_position.exchange);
    v_wanted.account := monitoring.check_name('account', adopt_position.account, 64);
    v_wanted.symbol := tradelatch.normalize_symbol(adopt_position.symbol);
    v_wanted.side := monitoring.check_side(adopt_position.side);
    v_wanted.position_side := monitoring.check_position_side(adopt_position.position_side, v_wanted.side);
    v_wanted.quantity := monitoring.check_amount('quantity', adopt_position.quantity);
    v_wanted.entry_price := monitoring.check_amount('average_price', adopt_position.average_price);
    v_wanted.stop_loss_price := monitoring.check_amount('stop_loss_price', adopt_position.stop_loss_price, true);
    v_wanted.stop_loss_order_id := monitoring.check_text('stop_loss_order_id', adopt_position.stop_loss_order_id, 100, true);
    if v_wanted.stop_loss_order_id is not null and not v_is_protected then
        perform monitoring.refuse_argument('stop_loss_price', 'must not be null where there is a stop_loss_order_id');
    end if;
    v_wanted.stop_loss_percent := monitoring.check_percent('stop_loss_percent', adopt_position.stop_loss_percent);
    if (adopt_position.observed_at <= clock_timestamp() and isfinite(adopt_position.observed_at)) is not true then
        perform monitoring.refuse_argument(
            'observed_at', 'must be when the request to the exchange began, not in the future', adopt_position.observed_at::text
        );
    end if;
    v_wanted.attempt := adopt_position.attempt;
    v_wanted.details := monitoring.check_details(adopt_position.details);

    perform monitoring.lock_slot(v_wanted.exchange, v_wanted.account, v_wanted.symbol);

    -- Known as this creation, it is answered below; as another call it is refused here.
    if v_wanted.attempt is not null then
        perform monitoring.is_known_attempt(v_wanted.attempt, null, 'adopt_position', '{}');
    end if;

    -- What was seen before the slot last moved may be what it was before that. Whoever holds it, or made this call before, is
    -- found below.
    select max(p.closed_at)
    into v_moved_at
    from monitoring.positions as p
    where p.closed_at > adopt_position.observed_at - monitoring.grace()
        and p.symbol = v_wanted.symbol
        and p.exchange = v_wanted.exchange
        and p.account = v_wanted.account
        and (p.position_side = v_wanted.position_side or 'both' in (p.position_side, v_wanted.position_side));
    if v_moved_at is not null
        and not exists (select from monitoring.positions as p where p.attempt = v_wanted.attempt)
        and not exists (
            select
            from monitoring.conflicting_positions(v_wanted.exchange, v_wanted.account, v_wanted.symbol, v_wanted.position_side)
        )
    then
        raise exception using
            errcode = 'TL009',
            message = format(
                '%s moved at %s, after that was seen: look at the exchange again', v_wanted.symbol, v_moved_at
            ),
            detail = json_build_object('moved_at', v_moved_at, 'observed_at', adopt_position.observed_at)::text;
    end if;

    -- As in create_position: the lock makes it quiet, the unique indexes decide.
    for v_try in 1..3 loop
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
            case when v_is_protected then 'active' else 'pending_sl' end, clock_timestamp() + v_lease
        )
        on conflict do nothing
        returning monitoring.receipt_of(p, 'created', true) as receipt into v_made;

        if found then
            return v_made.receipt;
        end if;

        v_receipt := monitoring.resolve_conflict(v_wanted);
        if v_receipt.outcome is not null then
            return v_receipt;
        end if;
    end loop;

    raise exception using
        errcode = '40001',
        message = format('the slot of %s keeps changing: try again', v_wanted.symbol);
end
$$;

comment on function tradelatch.adopt_position(
    text, text, text, numeric, numeric, timestamptz, text, text, numeric, text, numeric, uuid, interval, jsonb
) is
$$Takes a position into the book that was found on the exchange and is claimed by nobody.
quantity in units of the base asset, average_price in units of the quote asset: as found, they stand for what was asked for and what was filled.
observed_at: when the request to the exchange that showed it began, by the database's clock.
With stop_loss_price (and the exchange's id of that order, where it is one) it is active; without, pending_sl, and the receipt calls for a stop-loss,
at stop_loss_percent of the average price where that is given. * is left: closing orders of the slot that the book cannot name.
Outcomes: created; existing (the book knows it, or the slot is somebody's): nothing to trade with; replayed (the same attempt again).
Errors: 22023; TL005 the attempt asked for something else before; TL006 the other position mode is open; TL009 the slot, or one that excludes it, moved
later than a grace time before observed_at; 55P03; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.adopt_position(
    text, text, text, numeric, numeric, timestamptz, text, text, numeric, text, numeric, uuid, interval, jsonb
) from public;
grant execute on function tradelatch.adopt_position(
    text, text, text, numeric, numeric, timestamptz, text, text, numeric, text, numeric, uuid, interval, jsonb
) to tradelatch_bot;

commit;
