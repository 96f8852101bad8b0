-- Deploy tradelatch:functions/update_stop_loss to pg

begin;

set local role tradelatch_owner;

create function tradelatch.update_stop_loss(
    position_id bigint,
    stop_loss_price numeric,
    stop_loss_order_id text default null,
    attempt uuid default null,
    lease interval default '1 minute'
)
returns tradelatch.receipt
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_price numeric := monitoring.check_amount('stop_loss_price', update_stop_loss.stop_loss_price, true);
    v_order_id text := monitoring.check_text('stop_loss_order_id', update_stop_loss.stop_loss_order_id, 100, true);
    v_arguments jsonb := jsonb_build_object(
        'stop_loss_price', v_price, 'stop_loss_order_id', v_order_id, 'attempt', update_stop_loss.attempt
    );
    v_lease interval := monitoring.check_lease(update_stop_loss.lease);
    v_position monitoring.positions := monitoring.lock_position(update_stop_loss.position_id, null, true);
    v_moved record;
    v_is_gone boolean := v_price is null;
begin
    if v_is_gone and v_order_id is not null then
        perform monitoring.refuse_argument('stop_loss_order_id', 'must be null when the stop-loss is gone', v_order_id);
    end if;

    if monitoring.is_known_attempt(update_stop_loss.attempt, v_position.id, 'update_stop_loss', v_arguments)
        or (
            v_position.status = case when v_is_gone then 'pending_sl' else 'active' end
            and monitoring.is_latest_move(v_position.id, 'update_stop_loss', v_arguments)
        )
    then
        return monitoring.receipt_of(v_position, 'replayed', v_is_gone and coalesce(v_position.drive_attempt = update_stop_loss.attempt, false));
    end if;

    if v_is_gone then
        update monitoring.positions as p
        set
            status = 'pending_sl',
            stop_loss_order_id = null,
            stop_loss_attempt = v_position.stop_loss_attempt + 1,
            stop_loss_orders = '{}',
            fence = monitoring.next_fence(),
            lease_until = clock_timestamp() + v_lease,
            drive_attempt = update_stop_loss.attempt,
            move = 'update_stop_loss',
            move_details = v_arguments
        where p.id = v_position.id
        returning monitoring.receipt_of(p, 'ok', v_is_gone) as receipt into v_moved;
    else
        update monitoring.positions as p
        set
            stop_loss_price = v_price,
            stop_loss_order_id = coalesce(v_order_id, v_position.stop_loss_order_id),
            -- The order that it replaces may still be there for a moment: it stays among those to cancel after the close,
            -- as the current attempt or as the latest of the others.
            stop_loss_orders = case
                when v_order_id is distinct from v_position.stop_loss_order_id and v_order_id is not null
                    then v_position.stop_loss_orders[cardinality(v_position.stop_loss_orders):] || ('id:' || v_order_id)
                else v_position.stop_loss_orders
            end,
            move = 'update_stop_loss',
            move_details = v_arguments
        where p.id = v_position.id
        returning monitoring.receipt_of(p, 'ok', v_is_gone) as receipt into v_moved;
    end if;

    return v_moved.receipt;
end
$$;

comment on function tradelatch.update_stop_loss(bigint, numeric, text, uuid, interval) is
$$The stop-loss of an active position moved, or is gone.
stop_loss_price: its trigger in units of the quote asset; null says that it is gone: the position becomes pending_sl, the caller drives it
for lease and sends the next stop-loss. stop_loss_order_id: the exchange's id of the order that stands now, where it is another one.
attempt: this call and its retries.
Outcomes: ok; replayed. Fence, lease and order only for the caller that said that the stop-loss is gone.
Errors: 22023; TL002; TL004; TL005 the attempt was another call; 55P03.$$;

revoke all on function tradelatch.update_stop_loss(bigint, numeric, text, uuid, interval) from public;
grant execute on function tradelatch.update_stop_loss(bigint, numeric, text, uuid, interval) to tradelatch_bot;

commit;
