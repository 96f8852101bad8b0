-- Deploy tradelatch:functions/confirm_entry to pg

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
    v_arguments jsonb := jsonb_build_object(
        'filled_quantity', confirm_entry.filled_quantity,
        'average_price', confirm_entry.average_price,
        'exchange_order_id', confirm_entry.exchange_order_id
    );
    v_position monitoring.positions;
    v_moved record;
    v_open_quantity numeric;
    v_close_quantity numeric;
    v_new_close boolean;
begin
    -- One look in the ordinary case: each expression is prepared anew in each transaction.
    if (
        monitoring.is_amount(confirm_entry.filled_quantity)
        and (confirm_entry.average_price is null or monitoring.is_amount(confirm_entry.average_price))
        and confirm_entry.exchange_order_id is null
        and confirm_entry.details = '{}'
    ) is not true then
        perform
            monitoring.check_amount('filled_quantity', confirm_entry.filled_quantity),
            monitoring.check_amount('average_price', confirm_entry.average_price, true),
            monitoring.check_text('exchange_order_id', confirm_entry.exchange_order_id, 100, true),
            monitoring.check_details(confirm_entry.details);
    end if;

    if confirm_entry.exchange_order_id is null then
        perform monitoring.lock_slot(p.exchange, p.account, p.symbol)
        from monitoring.positions as p
        where p.id = confirm_entry.position_id;
    else
        perform monitoring.check_entry_order(
            monitoring.lock_position(confirm_entry.position_id, confirm_entry.fence), confirm_entry.exchange_order_id
        );
    end if;

    -- It opens, or grows: a stop-loss for all that is open.
    update monitoring.positions as p
    set
        status = 'pending_sl',
        filled_quantity = confirm_entry.filled_quantity,
        -- the average of a smaller fill says nothing of a larger one
        average_price = confirm_entry.average_price,
        open_quantity = p.open_quantity + confirm_entry.filled_quantity - p.filled_quantity,
        exchange_order_id = coalesce(p.exchange_order_id, confirm_entry.exchange_order_id),
        opened_at = coalesce(p.opened_at, clock_timestamp()),
        stop_loss_attempt = p.stop_loss_attempt + 1,
        stop_loss_orders = monitoring.orders_to_cancel(p.stop_loss_orders, p.order_key, 'stop_loss', p.stop_loss_attempt),
        move = 'confirm_entry',
        move_details = confirm_entry.details || v_arguments
    where p.id = confirm_entry.position_id
        and p.fence = confirm_entry.fence
        and p.filled_quantity < confirm_entry.filled_quantity
        and p.open_quantity + confirm_entry.filled_quantity - p.filled_quantity < 1e30
        and p.status not in ('pending_close', 'pending_rollback')
    returning monitoring.make_receipt(p, 'ok', true, 'stop_loss', nullif(p.stop_loss_orders, '{}')) as receipt into v_moved;

    if found then
        return v_moved.receipt;
    end if;

    v_position := monitoring.lock_position(confirm_entry.position_id, confirm_entry.fence);
    if confirm_entry.filled_quantity > v_position.filled_quantity then
        v_open_quantity := v_position.open_quantity + confirm_entry.filled_quantity - v_position.filled_quantity;
        if not monitoring.is_amount(v_open_quantity) then
            perform monitoring.refuse_argument(
                'filled_quantity',
                format('must leave less than 1e30 open, of which there is %s', v_position.open_quantity),
                confirm_entry.filled_quantity::text
            );
        end if;

        -- It is being closed: the close is for what is open now.
        v_close_quantity := monitoring.quantity_to_close(v_position.quantity, confirm_entry.filled_quantity, v_open_quantity);
        v_new_close := v_close_quantity <> v_position.close_quantity;

        update monitoring.positions as p
        set
            filled_quantity = confirm_entry.filled_quantity,
            average_price = confirm_entry.average_price,
            open_quantity = v_open_quantity,
            exchange_order_id = coalesce(p.exchange_order_id, confirm_entry.exchange_order_id),
            opened_at = coalesce(p.opened_at, clock_timestamp()),
            close_attempt = p.close_attempt + v_new_close::integer,
            close_orders = case
                when v_new_close then monitoring.orders_to_cancel(p.close_orders, p.order_key, 'close', p.close_attempt)
                else p.close_orders
            end,
            close_quantity = case when v_new_close then v_close_quantity else p.close_quantity end,
            move = 'confirm_entry',
            move_details = confirm_entry.details || v_arguments
        where p.id = v_position.id
        returning monitoring.receipt_of(p, 'ok', true) as receipt into v_moved;

        -- The fill was later than the rollback.
        if v_position.status = 'pending_rollback' and v_position.open_quantity = 0 then
            perform monitoring.raise_alert(
                'rollback_with_exposure', 'warning', v_position.id, v_position.exchange, v_position.account, v_position.symbol,
                v_position.position_side,
                jsonb_build_object(
                    'side', v_position.side, 'open_quantity', v_open_quantity, 'reason', left(v_position.exit_reason, 200)
                )
            );
        end if;
        return v_moved.receipt;
    end if;

    if confirm_entry.filled_quantity = v_position.filled_quantity
        and confirm_entry.average_price is not null
        and v_position.average_price is null
        and v_position.closed_at is null
    then
        -- Its average became known later.
        update monitoring.positions as p
        set
            average_price = confirm_entry.average_price,
            exchange_order_id = coalesce(p.exchange_order_id, confirm_entry.exchange_order_id),
            move = 'confirm_entry',
            move_details = confirm_entry.details || v_arguments
        where p.id = v_position.id
        returning monitoring.receipt_of(p, 'ok', true) as receipt into v_moved;
        return v_moved.receipt;
    end if;

    -- A stream delivers again, and out of order: what was logged once is true already.
    if confirm_entry.filled_quantity <> v_position.filled_quantity and not exists (
        select
        from monitoring.position_events as e
        where e.position_id = v_position.id
            and e.event = 'confirm_entry'
            and (e.details ->> 'filled_quantity')::numeric = confirm_entry.filled_quantity
    ) then
        perform monitoring.refuse_argument(
            'filled_quantity',
            format('is cumulative and must not fall below %s', v_position.filled_quantity),
            confirm_entry.filled_quantity::text
        );
    end if;
    return monitoring.receipt_of(v_position, 'replayed', true);
end
$$;

comment on function tradelatch.confirm_entry(bigint, bigint, numeric, numeric, text, jsonb) is
$$The entry is filled, wholly or in part; again whenever the fill grew.
filled_quantity: cumulative, in units of the base asset. average_price: of the whole fill, in units of the quote asset. exchange_order_id: of the entry.
The position becomes pending_sl and calls for a stop-loss for all that is open, cancelling the one before.
While it is being closed the status stays, and the receipt has the close for what is open.
Outcomes: ok; replayed for a fill that was logged. An equal fill whose average was not known yet is ok, and the status stays.
A fill above the quantity asked for is a fact and is taken.
Errors: 22023, also for a smaller fill that was never logged, and where 1e30 or more would be open; TL002; TL003; TL004; TL005 the entry, or another open position of the symbol, has another order; 55P03.$$;

revoke all on function tradelatch.confirm_entry(bigint, bigint, numeric, numeric, text, jsonb) from public;
grant execute on function tradelatch.confirm_entry(bigint, bigint, numeric, numeric, text, jsonb) to tradelatch_bot;

commit;
