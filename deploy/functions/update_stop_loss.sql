-- Deploy tradelatch:functions/update_stop_loss to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.update_stop_loss(
    position_id bigint,
    stop_loss_price numeric,
    stop_loss_order_id text default null,
    orders_ended text[] default '{}',
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
    v_ended text[] := monitoring.check_orders('orders_ended', update_stop_loss.orders_ended);
    v_arguments jsonb := jsonb_build_object(
        'stop_loss_price', v_price, 'stop_loss_order_id', v_order_id, 'attempt', update_stop_loss.attempt
    );
    v_details jsonb := v_arguments || monitoring.orders_said(v_ended, '{}');
    v_lease interval := monitoring.check_lease(update_stop_loss.lease);
    v_position monitoring.positions := monitoring.lock_position(update_stop_loss.position_id, null, true);
    v_is_gone boolean := v_price is null;
    v_name text;
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
        return monitoring.replay(
            v_position, false, v_is_gone and coalesce(v_position.drive_attempt = update_stop_loss.attempt, false), v_ended, false
        );
    elsif v_position.status <> 'active' then
        perform monitoring.refuse_move(v_position, 'update_stop_loss');
    end if;

    if v_is_gone then
        v_position := monitoring.hand_over(v_position, v_lease, update_stop_loss.attempt);
        v_position.status := 'pending_sl';
        v_position.stop_loss_attempt := v_position.stop_loss_attempt + 1;
        -- An exchange that does not show an order may still have it: it is left, to be cancelled, unless it is named.
        v_position := monitoring.note_orders(v_position, v_ended, '{}', false, false);
        v_position.stop_loss_order := null;
        v_position.stop_loss_order_id := null;
        return monitoring.write_move(v_position, 'update_stop_loss', v_details, 'ok', true, true);
    end if;

    v_position.stop_loss_price := v_price;
    if v_order_id is not null and v_order_id is distinct from v_position.stop_loss_order_id then
        -- Another order stands now. The one before it is left, unless it is named.
        v_name := monitoring.order_name(v_position, 'id:' || v_order_id);
        if v_name <> all (v_position.orders_arrived) then
            v_position.orders_arrived := v_position.orders_arrived || v_name;
            v_position.orders_in_hand := nullif(v_position.orders_in_hand - v_name, '{}');
        end if;
        v_position.own_orders := nullif(array_remove(v_position.own_orders, v_name), '{}');
        v_position.stop_loss_order := v_name;
        v_position.stop_loss_order_id := v_order_id;
    end if;
    -- The one that stands has not ended, by whichever name it is said.
    v_position := monitoring.note_orders(
        v_position,
        array(
            select e.name
            from unnest(v_ended) as e (name)
            where monitoring.order_name(v_position, e.name) is distinct from v_position.stop_loss_order
        ),
        '{}', false, false
    );
    return monitoring.write_move(v_position, 'update_stop_loss', v_details, 'ok', false);
end
$$;

comment on function tradelatch.update_stop_loss(bigint, numeric, text, text[], uuid, interval) is
$$The exchange, or somebody there, moved the stop-loss of an active position, or it is gone.
stop_loss_price: its trigger in units of the quote asset; null says that it is gone: the position becomes pending_sl, the caller drives it
for lease and sends the next stop-loss. stop_loss_order_id: the exchange's id of the order that stands now, where it is another one. In both
cases the order before stays left, to be cancelled, unless orders_ended names it. A price and no id: amended in place, the same order.
orders_ended: orders that ended. attempt: this call and its retries.
Outcomes: ok; replayed. Fence, lease and order only for the caller that said that the stop-loss is gone.
Errors: 22023; TL002; TL004; TL005 the attempt was another call; 55P03.$$;

revoke all on function tradelatch.update_stop_loss(bigint, numeric, text, text[], uuid, interval) from public;
grant execute on function tradelatch.update_stop_loss(bigint, numeric, text, text[], uuid, interval) to tradelatch_bot;

commit;
