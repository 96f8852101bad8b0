-- Deploy tradelatch:functions/activate_position to pg
-- requires: helpers/lock_position
-- requires: helpers/check_amount
-- requires: helpers/check_details
-- requires: helpers/conflicting_positions
-- requires: helpers/is_latest_move
-- requires: helpers/quantity_to_close
-- requires: helpers/raise_alert
-- requires: helpers/receipt_of
-- requires: triggers/guard

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
    v_price numeric := monitoring.check_amount('stop_loss_price', activate_position.stop_loss_price);
    v_order_id text := monitoring.check_text('stop_loss_order_id', activate_position.stop_loss_order_id, 100, true);
    v_arguments jsonb := jsonb_build_object('stop_loss_price', v_price, 'stop_loss_order_id', v_order_id);
    v_details jsonb := monitoring.check_details(activate_position.details) || v_arguments;
    v_position monitoring.positions := monitoring.lock_position(activate_position.position_id, activate_position.fence);
    v_moved record;
    v_fill_price numeric;
    v_other_id bigint;
begin
    if v_position.status <> 'pending_sl' and monitoring.is_latest_move(v_position.id, 'activate_position', v_arguments) then
        return monitoring.receipt_of(v_position, 'replayed', true);
    end if;

    -- A stop-loss on the wrong side of the fill would trigger at once. Later it may follow the price into the profit.
    if v_position.status = 'pending_sl' and v_position.origin = 'created'
        and v_position.activated_at is null and not v_position.taken_over
    then
        v_fill_price := coalesce(v_position.average_price, v_position.entry_price);
        if v_price = v_fill_price or (v_price > v_fill_price) = (v_position.side = 'long') then
            perform monitoring.refuse_argument(
                'stop_loss_price',
                format(
                    'must be %s %s, the price of this %s position''s fill',
                    case v_position.side when 'long' then 'below' else 'above' end, v_fill_price, v_position.side
                ),
                v_price::text
            );
        end if;
    end if;

    -- Only where an index is missing, or a row is older than it.
    select c.position_id
    into v_other_id
    from monitoring.conflicting_positions(v_position.exchange, v_position.account, v_position.symbol, v_position.position_side) as c
    where c.position_id <> v_position.id
    limit 1;

    if found then
        update monitoring.positions as p
        set
            status = 'pending_rollback',
            exit_reason = format('position %s holds the same slot', v_other_id),
            orders_withheld = true,
            stop_loss_price = v_price,
            stop_loss_order_id = v_order_id,
            close_attempt = v_position.close_attempt + 1,
            close_quantity = monitoring.quantity_to_close(
                v_position.quantity, v_position.filled_quantity, v_position.open_quantity
            ),
            move = 'activate_position',
            move_details = v_details || jsonb_build_object('duplicate_of', v_other_id)
        where p.id = v_position.id
        returning monitoring.receipt_of(p, 'duplicate', true) as receipt into v_moved;

        perform monitoring.raise_alert(
            'rollback_with_exposure', 'critical', v_position.id, v_position.exchange, v_position.account, v_position.symbol,
            v_position.position_side,
            jsonb_build_object('side', v_position.side, 'open_quantity', v_position.open_quantity, 'duplicate_of', v_other_id)
        );

        return v_moved.receipt;
    end if;

    update monitoring.positions as p
    set
        status = 'active',
        stop_loss_price = v_price,
        stop_loss_order_id = v_order_id,
        -- those before it were to be cancelled first
        stop_loss_orders = '{}',
        activated_at = coalesce(v_position.activated_at, clock_timestamp()),
        move = 'activate_position',
        move_details = v_details
    where p.id = v_position.id
    returning monitoring.receipt_of(p, 'ok', true) as receipt into v_moved;

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
