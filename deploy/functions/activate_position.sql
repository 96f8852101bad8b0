-- Deploy tradelatch:functions/activate_position to pg

begin;

set local role tradelatch_owner;

create function tradelatch.activate_position(
    position_id bigint,
    fence bigint,
    stop_loss_price numeric,
    stop_loss_order_id text default null,
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
        'stop_loss_price', activate_position.stop_loss_price, 'stop_loss_order_id', activate_position.stop_loss_order_id
    );
    v_moved record;
    v_position monitoring.positions;
    v_other_id bigint;
begin
    -- One look in the ordinary case: each expression is prepared anew in each transaction.
    if (
        monitoring.is_amount(activate_position.stop_loss_price)
        and (activate_position.stop_loss_order_id is null or monitoring.is_plain_text(activate_position.stop_loss_order_id, 100))
        and activate_position.details = '{}'
    ) is not true then
        perform
            monitoring.check_amount('stop_loss_price', activate_position.stop_loss_price),
            monitoring.check_text('stop_loss_order_id', activate_position.stop_loss_order_id, 100, true),
            monitoring.check_details(activate_position.details);
    end if;

    perform monitoring.lock_slot(p.exchange, p.account, p.symbol)
    from monitoring.positions as p
    where p.id = activate_position.position_id;

    update monitoring.positions as p
    set
        status = 'active',
        stop_loss_price = activate_position.stop_loss_price,
        stop_loss_order_id = activate_position.stop_loss_order_id,
        -- those before it were to be cancelled first
        stop_loss_orders = '{}',
        activated_at = coalesce(p.activated_at, clock_timestamp()),
        move = 'activate_position',
        move_details = activate_position.details || v_arguments
    where p.id = activate_position.position_id
        and p.fence = activate_position.fence
        and p.status = 'pending_sl'
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

    -- What it is that does not fit.
    v_position := monitoring.lock_position(activate_position.position_id, activate_position.fence);
    if v_position.status <> 'pending_sl' then
        if monitoring.is_latest_move(v_position.id, 'activate_position', v_arguments) then
            return monitoring.receipt_of(v_position, 'replayed', true);
        end if;
        perform monitoring.refuse_move(v_position.id, v_position.status, 'activate_position');
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

    select c.position_id
    into v_other_id
    from monitoring.conflicting_positions(v_position.exchange, v_position.account, v_position.symbol, v_position.position_side) as c
    where c.position_id <> v_position.id
    limit 1;
    if not found then
        raise exception using
            errcode = '40001',
            message = format('position %s was changed by hand meanwhile: try again', v_position.id);
    end if;

    update monitoring.positions as p
    set
        status = 'pending_rollback',
        exit_reason = format('position %s holds the same slot', v_other_id),
        orders_withheld = true,
        stop_loss_price = activate_position.stop_loss_price,
        stop_loss_order_id = activate_position.stop_loss_order_id,
        close_attempt = v_position.close_attempt + 1,
        close_quantity = monitoring.quantity_to_close(
            v_position.quantity, v_position.filled_quantity, v_position.open_quantity
        ),
        move = 'activate_position',
        move_details = activate_position.details || v_arguments || jsonb_build_object('duplicate_of', v_other_id)
    where p.id = v_position.id
    returning monitoring.receipt_of(p, 'duplicate', true) as receipt into v_moved;

    perform monitoring.raise_alert(
        'rollback_with_exposure', 'critical', v_position.id, v_position.exchange, v_position.account, v_position.symbol,
        v_position.position_side,
        jsonb_build_object('side', v_position.side, 'open_quantity', v_position.open_quantity, 'duplicate_of', v_other_id)
    );
    return v_moved.receipt;
end
$$;

comment on function tradelatch.activate_position(bigint, bigint, numeric, text, jsonb) is
$$The stop-loss is in place: pending_sl becomes active. No order is due then.
stop_loss_price: its trigger in units of the quote asset; at the first activation of a created position on the losing side of the fill
(of entry_price where no average is known). stop_loss_order_id: the exchange's id of it.
Outcomes: ok; replayed; duplicate when another open row holds the slot: the position is pending_rollback then, without an order until an operator takes it over.
Errors: 22023; TL002; TL003; TL004; 55P03.$$;

revoke all on function tradelatch.activate_position(bigint, bigint, numeric, text, jsonb) from public;
grant execute on function tradelatch.activate_position(bigint, bigint, numeric, text, jsonb) to tradelatch_bot;

commit;
