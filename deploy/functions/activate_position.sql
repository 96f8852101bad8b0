-- Deploy tradelatch:functions/activate_position to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.activate_position(
    position_id bigint,
    fence bigint,
    stop_loss_price numeric,
    client_order_id text,
    stop_loss_order_id text default null,
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
    v_moved record;
    v_before monitoring.positions;
    v_position monitoring.positions;
    v_name text;
    v_called_for text;
    v_attempt numeric;
    v_is_in_the_way boolean; -- an exit keeps its stop-loss, and no other one
    v_other_id bigint;
    v_receipt tradelatch.receipt;
begin
    -- One look in the ordinary case: each expression is prepared anew in each transaction.
    if (
        monitoring.is_amount(activate_position.stop_loss_price)
        and activate_position.client_order_id is not null
        and (activate_position.stop_loss_order_id is null or monitoring.is_plain_text(activate_position.stop_loss_order_id, 100))
        and cardinality(activate_position.orders_ended) = 0
        and activate_position.details = '{}'
    ) is not true then
        perform
            monitoring.check_amount('stop_loss_price', activate_position.stop_loss_price),
            monitoring.check_text('client_order_id', activate_position.client_order_id, 100, true),
            monitoring.check_text('stop_loss_order_id', activate_position.stop_loss_order_id, 100, true),
            monitoring.check_orders('orders_ended', activate_position.orders_ended),
            monitoring.check_details(activate_position.details);
        if activate_position.client_order_id is null and activate_position.stop_loss_order_id is null then
            perform monitoring.refuse_argument('stop_loss_order_id', 'must not be null where client_order_id is');
        end if;
    else
        perform
        from monitoring.positions as p
        where p.id = activate_position.position_id and monitoring.lock_slot(p.exchange, p.account, p.symbol);
        if not found then
            perform monitoring.wait_for_position(activate_position.position_id);
        end if;

        -- The ordinary life: it is the one that was called for, and nothing else is left.
        update monitoring.positions as p
        set
            status = 'active',
            stop_loss_price = activate_position.stop_loss_price,
            stop_loss_order = activate_position.client_order_id,
            stop_loss_order_id = activate_position.stop_loss_order_id,
            orders_arrived = array[activate_position.client_order_id],
            activated_at = coalesce(p.activated_at, clock_timestamp()),
            move = 'activate_position',
            move_details = jsonb_build_object(
                'stop_loss_price', activate_position.stop_loss_price,
                'client_order_id', activate_position.client_order_id,
                'stop_loss_order_id', activate_position.stop_loss_order_id
            )
        where p.id = activate_position.position_id
            and p.fence = activate_position.fence
            and p.status = 'pending_sl'
            and activate_position.client_order_id = p.order_key || 's' || p.stop_loss_attempt::text
            and p.orders_in_hand is null
            and cardinality(p.orders_arrived) = 0
            and monitoring.may_protect(p, activate_position.stop_loss_price)
            -- What the unique indexes say. Not so where one is missing, or a row is older than it.
            and (p.position_side = 'short' or (
                select count(*)
                from monitoring.positions as c
                where c.closed_at is null and c.position_side in ('both', 'long')
                    and c.symbol = p.symbol and c.exchange = p.exchange and c.account = p.account
            ) = 1)
            and (p.position_side = 'long' or (
                select count(*)
                from monitoring.positions as c
                where c.closed_at is null and c.position_side in ('both', 'short')
                    and c.symbol = p.symbol and c.exchange = p.exchange and c.account = p.account
            ) = 1)
        returning monitoring.make_receipt(p, 'ok', true, null, null) as receipt into v_moved;

        if found then
            return v_moved.receipt;
        end if;
        perform monitoring.check_text('client_order_id', activate_position.client_order_id, 100);
    end if;

    v_position := monitoring.lock_position(activate_position.position_id, activate_position.fence);
    v_before := v_position;
    v_arguments := jsonb_build_object(
        'stop_loss_price', activate_position.stop_loss_price,
        'client_order_id', activate_position.client_order_id,
        'stop_loss_order_id', activate_position.stop_loss_order_id
    );
    v_details := activate_position.details || v_arguments || monitoring.orders_said(activate_position.orders_ended, '{}');
    -- An exchange's id that was reported beside a client order id names the same order.
    v_name := coalesce(
        activate_position.client_order_id, monitoring.order_name(v_position, 'id:' || activate_position.stop_loss_order_id)
    );
    v_attempt := (regexp_match(v_name, '^' || v_position.order_key || 's([1-9][0-9]{0,8})$'))[1]::numeric;
    v_is_in_the_way := v_position.status = 'pending_close' and v_name is distinct from v_position.stop_loss_order;
    if monitoring.is_latest_move(v_position.id, 'activate_position', v_arguments) then
        v_receipt := monitoring.replay(v_position, true, true, activate_position.orders_ended, false);
        if v_is_in_the_way and v_name <> all (activate_position.orders_ended) and v_name = any (v_position.orders_arrived) then
            v_receipt.order_cancels := v_receipt.order_cancels || v_name;
        end if;
        return v_receipt;
    elsif v_position.closed_at is not null then
        perform monitoring.refuse_move(v_position, 'activate_position');
    end if;

    v_called_for := case when v_position.status = 'pending_sl' then monitoring.current_order(v_position) end;
    if activate_position.client_order_id is null then
        if v_position.status <> 'pending_sl' then
            perform monitoring.refuse_move(
                v_position, 'activate_position', 'a stop-loss without an id of ours is for a pending_sl position'
            );
        elsif v_called_for <> all (activate_position.orders_ended) then
            perform monitoring.refuse_argument(
                'orders_ended', format('must name %s, which was called for and will not be sent', v_called_for)
            );
        elsif monitoring.may_end(v_position, v_called_for, true) is not true then
            perform monitoring.refuse_end(v_position, v_called_for, 'activate_position');
        end if;
        v_attempt := case when starts_with(v_name, 'id:') then 'infinity' else v_attempt end;
    end if;
    if (v_attempt <= v_position.stop_loss_attempt or v_attempt = 'infinity') is not true then
        raise exception using
            errcode = 'TL005',
            message = format('%s is no stop-loss of position %s', v_name, v_position.id),
            detail = json_build_object('position_id', v_position.id, 'client_order_id', v_name)::text;
    elsif v_attempt < 'infinity' and monitoring.may_end(v_position, v_name, true) is null then
        -- It ended before this was told.
        return monitoring.replay(v_position, true, true, activate_position.orders_ended, false);
    end if;

    -- It stands.
    if v_name <> all (v_position.orders_arrived) then
        v_position.orders_arrived := v_position.orders_arrived || v_name;
        v_position.orders_in_hand := nullif(v_position.orders_in_hand - v_name, '{}');
    end if;
    v_position.own_orders := nullif(array_remove(v_position.own_orders, v_name), '{}');
    -- So it has not ended, by whichever name that is said.
    v_position := monitoring.note_orders(
        v_position,
        array(
            select e.name
            from unnest(activate_position.orders_ended) as e (name)
            where monitoring.order_name(v_position, e.name) is distinct from v_name
        ),
        '{}', true, false
    );

    -- Another one than the one that was called for, or while it is no time for one: it is left.
    if v_before.status <> 'pending_sl'
        or v_name <> v_called_for and (
            monitoring.may_end(v_position, v_called_for, true) is not null or v_attempt < v_position.stop_loss_sized
        )
    then
        v_receipt := monitoring.write_move(v_position, 'activate_position', v_details, 'ok', true);
        if v_is_in_the_way then
            v_receipt.order_cancels := v_receipt.order_cancels || v_name;
        end if;
        return v_receipt;
    end if;

    if not monitoring.may_protect(v_position, activate_position.stop_loss_price) then
        perform monitoring.refuse_argument(
            'stop_loss_price',
            format(
                'must be %s %s, the price of this %s position''s fill',
                case v_position.side when 'long' then 'below' else 'above' end,
                coalesce(v_position.average_price, v_position.entry_price),
                v_position.side
            ),
            activate_position.stop_loss_price::text
        );
    end if;

    v_position.stop_loss_price := activate_position.stop_loss_price;
    v_position.stop_loss_order := v_name;
    v_position.stop_loss_order_id := activate_position.stop_loss_order_id;
    select c.position_id
    into v_other_id
    from monitoring.conflicting_positions(v_position.exchange, v_position.account, v_position.symbol, v_position.position_side) as c
    where c.position_id <> v_position.id
    limit 1;
    if not found then
        v_position.status := 'active';
        v_position.activated_at := coalesce(v_position.activated_at, clock_timestamp());
        return monitoring.write_move(v_position, 'activate_position', v_details, 'ok', true);
    end if;

    v_position.status := 'pending_rollback';
    v_position.exit_reason := format('position %s holds the same slot', v_other_id);
    v_position.orders_withheld := true;
    v_position.close_attempt := v_position.close_attempt + 1;
    v_position.close_quantity := monitoring.quantity_to_close(
        case
            when monitoring.may_end(
                v_position,
                monitoring.entry_order(v_position.origin, v_position.order_key, v_position.exchange_order_id),
                true
            ) is null
                then 0
            else v_position.open_quantity + v_position.quantity - v_position.filled_quantity
        end,
        v_position.open_quantity
    );
    v_receipt := monitoring.write_move(
        v_position, 'activate_position', v_details || jsonb_build_object('duplicate_of', v_other_id), 'duplicate', true
    );
    perform monitoring.raise_alert(
        'rollback_with_exposure', 'critical', v_position.id, v_position.exchange, v_position.account, v_position.symbol,
        v_position.position_side,
        jsonb_build_object('side', v_position.side, 'open_quantity', v_position.open_quantity, 'duplicate_of', v_other_id)
    );
    return v_receipt;
end
$$;

comment on function tradelatch.activate_position(bigint, bigint, numeric, text, text, text[], jsonb) is
$$This stop-loss stands on the exchange: pending_sl becomes active where it is the one that was called for, or an earlier one for all that is
open while the one called for is named in orders_ended. Another one is left on the exchange, among the orders to cancel, and the status stays.
stop_loss_price: its trigger in units of the quote asset; at the first activation of a created position on the losing side of the fill
(of entry_price where no average is known). client_order_id: of that stop-loss. Null: it has no id of ours; then stop_loss_order_id is needed,
the position is pending_sl, and the one called for is named in orders_ended: it was never sent. stop_loss_order_id: the exchange's id.
orders_ended: orders that ended.
Outcomes: ok; replayed; duplicate when another open row holds the slot: the position is pending_rollback then, without an order until an operator takes it over.
Errors: 22023; TL002; TL003; TL004; TL005 an order that this position never handed out; 55P03.$$;

revoke all on function tradelatch.activate_position(bigint, bigint, numeric, text, text, text[], jsonb) from public;
grant execute on function tradelatch.activate_position(bigint, bigint, numeric, text, text, text[], jsonb) to tradelatch_bot;

commit;
