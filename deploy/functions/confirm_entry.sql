-- Deploy tradelatch:functions/confirm_entry to pg
-- requires: helpers/lock_position
-- requires: helpers/check_entry_order
-- requires: helpers/check_amount
-- requires: helpers/check_details
-- requires: helpers/orders_to_cancel
-- requires: helpers/quantity_to_close
-- requires: helpers/raise_alert
-- requires: helpers/receipt_of
-- requires: triggers/guard

begin;

set local role tradelatch_owner;

create function tradelatch.confirm_entry(
    position_id bigint,
    fence bigint,
    filled_quantity numeric,
    average_price numeric default null,
    exchange_order_id text default null,
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
    v_filled numeric := monitoring.check_amount('filled_quantity', confirm_entry.filled_quantity);
    v_average numeric := monitoring.check_amount('average_price', confirm_entry.average_price, true);
    v_order_id text := monitoring.check_text('exchange_order_id', confirm_entry.exchange_order_id, 100, true);
    v_details jsonb := monitoring.check_details(confirm_entry.details);
    v_position monitoring.positions := monitoring.lock_position(confirm_entry.position_id, confirm_entry.fence);
    v_moved record;
    v_being_closed boolean;
    v_grew boolean;
    v_open_quantity numeric;
    v_close_quantity numeric;
    v_new_close boolean;
    v_new_stop_loss boolean;
begin
    if v_order_id is not null then
        perform monitoring.check_entry_order(v_position, v_order_id);
    end if;

    v_grew := v_filled > v_position.filled_quantity;
    if not v_grew and (
        v_filled < v_position.filled_quantity
        or v_average is null
        or v_position.average_price is not null
        or v_position.closed_at is not null
    ) then
        -- A stream delivers again, and out of order: what was logged once is true already.
        if v_filled = v_position.filled_quantity or exists (
            select
            from monitoring.position_events as e
            where e.position_id = v_position.id
                and e.event = 'confirm_entry'
                and (e.details ->> 'filled_quantity')::numeric = v_filled
        ) then
            return monitoring.receipt_of(v_position, 'replayed', true);
        end if;
        perform monitoring.refuse_argument(
            'filled_quantity', format('is cumulative and must not fall below %s', v_position.filled_quantity), v_filled::text
        );
    end if;

    v_being_closed := v_position.status in ('pending_close', 'pending_rollback');
    v_open_quantity := v_position.open_quantity + v_filled - v_position.filled_quantity;
    v_close_quantity := monitoring.quantity_to_close(v_position.quantity, v_filled, v_open_quantity);
    v_new_close := v_grew and v_being_closed and v_close_quantity <> v_position.close_quantity;
    v_new_stop_loss := v_grew and not v_being_closed;

    update monitoring.positions as p
    set
        status = case when v_new_stop_loss then 'pending_sl' else v_position.status end,
        filled_quantity = v_filled,
        -- the average of a smaller fill says nothing of a larger one
        average_price = case when v_grew then v_average else coalesce(v_average, v_position.average_price) end,
        open_quantity = v_open_quantity,
        exchange_order_id = coalesce(v_position.exchange_order_id, v_order_id),
        opened_at = coalesce(v_position.opened_at, clock_timestamp()),
        stop_loss_attempt = v_position.stop_loss_attempt + v_new_stop_loss::integer,
        stop_loss_orders = case
            when v_new_stop_loss then monitoring.orders_to_cancel(
                v_position.stop_loss_orders, v_position.order_key, 'stop_loss', v_position.stop_loss_attempt
            )
            else v_position.stop_loss_orders
        end,
        close_attempt = v_position.close_attempt + v_new_close::integer,
        close_orders = case
            when v_new_close then monitoring.orders_to_cancel(
                v_position.close_orders, v_position.order_key, 'close', v_position.close_attempt
            )
            else v_position.close_orders
        end,
        close_quantity = case when v_new_close then v_close_quantity else v_position.close_quantity end,
        move = 'confirm_entry',
        move_details = v_details || jsonb_build_object(
            'filled_quantity', v_filled,
            'average_price', v_average,
            'exchange_order_id', v_order_id
        )
    where p.id = v_position.id
    returning monitoring.receipt_of(p, 'ok', true) as receipt into v_moved;

    -- The fill was later than the rollback.
    if v_position.status = 'pending_rollback' and v_position.open_quantity = 0 and v_open_quantity > 0 then
        perform monitoring.raise_alert(
            'rollback_with_exposure', 'warning', v_position.id, v_position.exchange, v_position.account, v_position.symbol,
            v_position.position_side,
            jsonb_build_object('side', v_position.side, 'open_quantity', v_open_quantity, 'reason', left(v_position.exit_reason, 200))
        );
    end if;
    return v_moved.receipt;
end
$$;

comment on function tradelatch.confirm_entry(bigint, bigint, numeric, numeric, text, jsonb) is
$$The entry is filled, wholly or in part; again whenever the fill grew.
filled_quantity: cumulative, in units of the base asset. average_price: of the whole fill, in units of the quote asset. exchange_order_id: of the entry.
The position becomes pending_sl and calls for a stop-loss for all that is open, cancelling the one before.
While it is being closed the status stays, and the receipt has the close for what is open.
Outcomes: ok; replayed for a fill that was logged. An equal fill whose average was not known yet is ok, and the status stays.
A fill above the quantity asked for is a fact and is taken.
Errors: 22023, also for a smaller fill that was never logged; TL002; TL003; TL004; TL005 the entry, or another open position of the symbol, has another order; 55P03.$$;

revoke all on function tradelatch.confirm_entry(bigint, bigint, numeric, numeric, text, jsonb) from public;
grant execute on function tradelatch.confirm_entry(bigint, bigint, numeric, numeric, text, jsonb) to tradelatch_bot;

commit;
