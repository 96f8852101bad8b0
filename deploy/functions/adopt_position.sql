-- Deploy tradelatch:functions/adopt_position to pg

begin;

set local role tradelatch_owner;

create function tradelatch.adopt_position(
    exchange text,
    symbol text,
    side text,
    quantity numeric,
    average_price numeric,
    account text default 'default',
    position_side text default 'both',
    stop_loss_price numeric default null,
    stop_loss_order_id text default null,
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
as $$
declare
    v_wanted monitoring.positions;
    v_made record;
    v_receipt tradelatch.receipt;
    v_lease interval := monitoring.check_lease(adopt_position.lease);
    v_is_protected boolean := adopt_position.stop_loss_price is not null;
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
    v_wanted.attempt := adopt_position.attempt;
    v_wanted.details := monitoring.check_details(adopt_position.details);

    perform monitoring.lock_slot(v_wanted.exchange, v_wanted.account, v_wanted.symbol);

    -- Known as this creation, it is answered below; as another call it is refused here.
    if v_wanted.attempt is not null then
        perform monitoring.is_known_attempt(v_wanted.attempt, null, 'adopt_position', '{}');
    end if;

    -- As in create_position: the lock makes it quiet, the unique indexes decide.
    for v_try in 1..3 loop
        insert into monitoring.positions as p (
            origin, exchange, account, symbol, side, position_side, quantity, entry_price,
            filled_quantity, average_price, open_quantity, opened_at, activated_at,
            stop_loss_price, stop_loss_order_id, stop_loss_attempt, stop_loss_orders,
            attempt, drive_attempt, details, status, lease_until
        ) values (
            v_wanted.origin, v_wanted.exchange, v_wanted.account, v_wanted.symbol, v_wanted.side, v_wanted.position_side,
            v_wanted.quantity, v_wanted.entry_price,
            v_wanted.quantity, v_wanted.entry_price, v_wanted.quantity,
            clock_timestamp(), case when v_is_protected then clock_timestamp() end,
            v_wanted.stop_loss_price, v_wanted.stop_loss_order_id, (not v_is_protected)::integer,
            case when v_wanted.stop_loss_order_id is null then '{}' else array['id:' || v_wanted.stop_loss_order_id] end,
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
    text, text, text, numeric, numeric, text, text, numeric, text, uuid, interval, jsonb
) is
$$Takes a position into the book that was found on the exchange and is claimed by nobody.
quantity in units of the base asset, average_price in units of the quote asset: as found, they stand for what was asked for and what was filled.
With stop_loss_price (and the exchange's id of that order, where it is one) it is active; without, pending_sl, and the receipt calls for a stop-loss.
Outcomes: created; existing (the book knows it, or the slot is somebody's): nothing to trade with; replayed (the same attempt again).
Errors: 22023; TL005 the attempt asked for something else before; TL006 the other position mode is open; 55P03; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.adopt_position(
    text, text, text, numeric, numeric, text, text, numeric, text, uuid, interval, jsonb
) from public;
grant execute on function tradelatch.adopt_position(
    text, text, text, numeric, numeric, text, text, numeric, text, uuid, interval, jsonb
) to tradelatch_bot;

commit;
