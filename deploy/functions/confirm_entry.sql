-- Deploy tradelatch:functions/confirm_entry to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.confirm_entry(
    position_id bigint,
    fence bigint,
    filled_quantity numeric,
    average_price numeric default null,
    exchange_order_id text default null,
    orders_ended text[] default '{}',
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
    v_arguments jsonb;
    v_details jsonb;
    v_before monitoring.positions;
    v_position monitoring.positions;
    v_moved record;
    v_receipt tradelatch.receipt;
    v_entry text;
    v_growth numeric;
    v_is_replay boolean;
    v_might_fill boolean;
    v_may_fill boolean;
    v_is_due boolean;
    v_quantity numeric;
begin
    -- One look in the ordinary case: each expression is prepared anew in each transaction.
    if (
        monitoring.is_amount(confirm_entry.filled_quantity)
        and (confirm_entry.average_price is null or monitoring.is_amount(confirm_entry.average_price))
        and (confirm_entry.exchange_order_id is null or monitoring.is_plain_text(confirm_entry.exchange_order_id, 100))
        and cardinality(confirm_entry.orders_ended) < 2
        and confirm_entry.details = '{}'
    ) is not true then
        perform
            monitoring.check_amount('filled_quantity', confirm_entry.filled_quantity),
            monitoring.check_amount('average_price', confirm_entry.average_price, true),
            monitoring.check_text('exchange_order_id', confirm_entry.exchange_order_id, 100, true),
            monitoring.check_orders('orders_ended', confirm_entry.orders_ended),
            monitoring.check_details(confirm_entry.details);
    else
        -- The ordinary life: the entry is wholly filled at once, and nothing else is left.
        perform
        from monitoring.positions as p
        where p.id = confirm_entry.position_id and monitoring.lock_slot(p.exchange, p.account, p.symbol);
        if not found then
            perform monitoring.wait_for_position(confirm_entry.position_id);
        end if;

        if confirm_entry.exchange_order_id is not null then
            perform monitoring.check_entry_order(p, confirm_entry.exchange_order_id)
            from monitoring.positions as p
            where p.id = confirm_entry.position_id and p.fence = confirm_entry.fence;
        end if;

        update monitoring.positions as p
        set
            status = 'pending_sl',
            filled_quantity = confirm_entry.filled_quantity,
            average_price = confirm_entry.average_price,
            exchange_order_id = coalesce(confirm_entry.exchange_order_id, p.exchange_order_id),
            open_quantity = confirm_entry.filled_quantity,
            opened_at = clock_timestamp(),
            stop_loss_attempt = p.stop_loss_attempt + 1,
            stop_loss_sized = p.stop_loss_attempt + 1,
            orders_arrived = '{}',
            move = 'confirm_entry',
            move_details = jsonb_build_object(
                'filled_quantity', confirm_entry.filled_quantity,
                'average_price', confirm_entry.average_price,
                'exchange_order_id', confirm_entry.exchange_order_id
            ) || case
                when confirm_entry.orders_ended = '{}' then '{}'
                else jsonb_build_object('orders_ended', confirm_entry.orders_ended)
            end
        where p.id = confirm_entry.position_id
            and p.fence = confirm_entry.fence
            and p.status in ('pending_entry', 'entry_placed')
            and confirm_entry.filled_quantity >= p.quantity
            and p.orders_in_hand is null
            and confirm_entry.orders_ended || p.orders_arrived <@ array[p.order_key || 'e1']
        returning monitoring.make_receipt(p, 'ok', true, 'stop_loss', null) as receipt into v_moved;

        if found then
            return v_moved.receipt;
        end if;
        perform monitoring.check_orders('orders_ended', confirm_entry.orders_ended);
    end if;

    v_position := monitoring.lock_position(confirm_entry.position_id, confirm_entry.fence);
    v_before := v_position;
    v_growth := 0;
    v_is_replay := false;
    v_arguments := jsonb_build_object(
        'filled_quantity', confirm_entry.filled_quantity,
        'average_price', confirm_entry.average_price,
        'exchange_order_id', confirm_entry.exchange_order_id
    );
    v_details := confirm_entry.details || v_arguments || monitoring.orders_said(confirm_entry.orders_ended, '{}');
    if confirm_entry.exchange_order_id is not null then
        perform monitoring.check_entry_order(v_position, confirm_entry.exchange_order_id);
        v_position.exchange_order_id := confirm_entry.exchange_order_id;
    end if;
    v_entry := monitoring.entry_order(v_position.origin, v_position.order_key, v_position.exchange_order_id);

    if confirm_entry.filled_quantity > v_position.filled_quantity then
        v_growth := confirm_entry.filled_quantity - v_position.filled_quantity;
        -- What a resize said was open had the entry's fill in it, and the entry had ended.
        if monitoring.may_end(v_position, v_entry, true) is null and exists (
            select
            from monitoring.position_events as e
            where e.position_id = v_position.id and e.event = 'resize_position'
        ) then
            v_growth := 0;
        end if;
        if not monitoring.is_amount(greatest(v_position.open_quantity + v_growth, 1)) then
            perform monitoring.refuse_argument(
                'filled_quantity', 'must not make the open quantity 1e30 or more', confirm_entry.filled_quantity::text
            );
        end if;
        v_position.filled_quantity := confirm_entry.filled_quantity;
        -- the average of a smaller fill says nothing of a larger one
        v_position.average_price := confirm_entry.average_price;
        v_position.opened_at := coalesce(v_position.opened_at, clock_timestamp());
    elsif confirm_entry.filled_quantity = v_position.filled_quantity
        and v_position.average_price is null
        and confirm_entry.average_price is not null
        and v_position.closed_at is null
    then
        -- An average may come later than its fill.
        v_position.average_price := confirm_entry.average_price;
    elsif confirm_entry.filled_quantity = v_position.filled_quantity or exists (
        select
        from monitoring.position_events as e
        where e.position_id = v_position.id
            and e.event = 'confirm_entry'
            and (e.details ->> 'filled_quantity')::numeric = confirm_entry.filled_quantity
    ) then
        -- A stream delivers again what was logged: that is no move, but what ended has ended.
        if v_position.closed_at is not null or confirm_entry.orders_ended = '{}' then
            return monitoring.receipt_of(v_before, 'replayed', true);
        end if;
        v_is_replay := true;
        v_position := v_before;
        v_details := monitoring.orders_said(confirm_entry.orders_ended, '{}');
    else
        perform monitoring.refuse_argument(
            'filled_quantity',
            format('must not be below %s, which was filled already', v_position.filled_quantity),
            confirm_entry.filled_quantity::text
        );
    end if;

    -- It has arrived, or it would not fill; it has ended where it is wholly filled, or the caller says so.
    v_position := monitoring.note_orders(
        v_position, confirm_entry.orders_ended, array_remove(array[v_entry], null), true, false
    );
    if v_position.filled_quantity >= v_position.quantity or v_entry = any (
        array(select monitoring.order_name(v_position, e.name) from unnest(confirm_entry.orders_ended) as e (name))
    ) then
        v_position := monitoring.end_order(v_position, v_entry);
    end if;
    v_may_fill := coalesce(v_entry = any (v_position.orders_arrived), false);

    -- Unless it ended just now, the order that was called for until now stays in hand, and there is another one.
    v_is_due := monitoring.current_order(v_position) is not distinct from monitoring.current_order(v_before);
    v_position.open_quantity := v_position.open_quantity + v_growth;
    if v_position.status in ('pending_close', 'pending_rollback', 'pending_cancels') then
        v_might_fill := v_position.status <> 'pending_cancels' and monitoring.may_end(v_before, v_entry, true) is not null;
        if v_growth > 0 or v_might_fill and not v_may_fill then
            if v_might_fill then
                -- The close was for all that may come to be open: what was filled since was in it, what will not be is not.
                v_quantity := nullif(greatest(
                    v_position.close_quantity
                    + case when v_may_fill then 0 else v_position.filled_quantity - v_position.quantity end,
                    0
                ), 0);
                v_position.open_quantity := least(v_position.open_quantity, coalesce(v_quantity, 0));
            else
                v_quantity := monitoring.quantity_to_close(
                    case when v_may_fill then v_position.open_quantity + v_position.quantity - v_position.filled_quantity else 0 end,
                    v_position.open_quantity
                );
            end if;
            if v_position.status = 'pending_cancels' then
                v_position.status := case v_position.ends_as when 'closed' then 'pending_close' else 'pending_rollback' end;
                v_position.close_attempt := v_position.close_attempt + 1;
            elsif v_is_due and v_quantity is distinct from v_position.close_quantity then
                v_position := monitoring.hold_order(v_position);
                v_position.close_attempt := v_position.close_attempt + 1;
            end if;
            v_position.close_quantity := v_quantity;
        end if;
    elsif v_growth > 0 and v_position.closed_at is null then
        if v_is_due then
            if v_position.status = 'pending_sl' then
                v_position := monitoring.hold_order(v_position);
            end if;
            v_position.stop_loss_attempt := v_position.stop_loss_attempt + 1;
        end if;
        v_position.status := 'pending_sl';
        v_position.stop_loss_sized := v_position.stop_loss_attempt;
    end if;

    if v_is_replay then
        if v_position is not distinct from v_before then
            return monitoring.receipt_of(v_before, 'replayed', true);
        end if;
        return monitoring.write_move(v_position, 'confirm_orders', v_details, 'replayed', true);
    end if;
    v_receipt := monitoring.write_move(v_position, 'confirm_entry', v_details, 'ok', true);
    -- The fill was later than the rollback.
    if v_before.status = 'pending_rollback' and v_before.open_quantity = 0
        or v_before.status = 'pending_cancels' and v_position.status = 'pending_rollback'
    then
        perform monitoring.raise_alert(
            'rollback_with_exposure', 'warning', v_position.id, v_position.exchange, v_position.account, v_position.symbol,
            v_position.position_side,
            jsonb_build_object(
                'side', v_position.side,
                'open_quantity', v_position.open_quantity,
                'reason', left(v_position.exit_reason, 200)
            )
        );
    end if;
    return v_receipt;
end
$$;

comment on function tradelatch.confirm_entry(bigint, bigint, numeric, numeric, text, text[], jsonb) is
$$The entry is filled, wholly or in part; again whenever the fill grew.
filled_quantity: cumulative, in units of the base asset. average_price: of the whole fill, in units of the quote asset. exchange_order_id: of the entry.
orders_ended: orders that ended, the entry among them where this is all that it will fill.
The position becomes pending_sl and calls for a stop-loss for all that is open, cancelling the ones before.
While it is being closed the status stays, and the receipt has the close for what is open; a pending_cancels is closed again.
After a resize_position, whose quantity had the fill in it, filled_quantity alone rises.
Outcomes: ok; replayed for a fill that was logged. An equal fill whose average was not known yet is ok, and the status stays.
A fill above the quantity asked for is a fact and is taken.
Errors: 22023, also for a smaller fill that was never logged; TL002; TL003; TL004; TL005 the entry, or another open position of the symbol, has another order; 55P03.$$;

revoke all on function tradelatch.confirm_entry(bigint, bigint, numeric, numeric, text, text[], jsonb) from public;
grant execute on function tradelatch.confirm_entry(bigint, bigint, numeric, numeric, text, text[], jsonb) to tradelatch_bot;

commit;
