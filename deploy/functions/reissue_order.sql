-- Deploy tradelatch:functions/reissue_order to pg

begin;

set local role tradelatch_owner;

create function tradelatch.reissue_order(
    position_id bigint,
    fence bigint,
    client_order_id text,
    reason text,
    remaining numeric default null
)
returns tradelatch.receipt
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_order_id text := monitoring.check_text('client_order_id', reissue_order.client_order_id, 32);
    v_remaining numeric := monitoring.check_amount('remaining', reissue_order.remaining, true);
    v_arguments jsonb := jsonb_build_object(
        'client_order_id', v_order_id,
        'reason', monitoring.check_text('reason', reissue_order.reason, 1000),
        'remaining', v_remaining
    );
    v_position monitoring.positions := monitoring.lock_position(reissue_order.position_id, reissue_order.fence);
    v_moved record;
    v_current tradelatch.receipt;
    v_attempt integer;
begin
    v_current := monitoring.receipt_of(v_position, 'replayed', true);
    if v_position.orders_withheld then
        perform monitoring.refuse_move(
            v_position.id, v_position.status, 'reissue_order', 'another position holds the slot, an operator must take it over first'
        );
    elsif (v_current.order_kind in ('stop_loss', 'close')) is not true then
        perform monitoring.refuse_move(v_position.id, v_position.status, 'reissue_order');
    end if;

    v_attempt := case v_current.order_kind when 'stop_loss' then v_position.stop_loss_attempt else v_position.close_attempt end;
    if v_attempt > 1
        and v_order_id = monitoring.client_order_id(v_position.order_key, v_current.order_kind, v_attempt - 1)
    then
        return v_current;
    elsif v_order_id <> v_current.order_client_order_id then
        raise exception using
            errcode = 'TL005',
            message = format('%s is not the current order of position %s', v_order_id, v_position.id),
            detail = json_build_object(
                'position_id', v_position.id,
                'client_order_id', v_order_id,
                'current', v_current.order_client_order_id
            )::text;
    elsif v_remaining > v_current.order_quantity then
        perform monitoring.refuse_argument(
            'remaining', format('must not be above %s, the quantity of that order', v_current.order_quantity), v_remaining::text
        );
    end if;

    update monitoring.positions as p
    set
        -- a close may be for more than is open, while the entry may still fill
        open_quantity = least(v_remaining, v_position.open_quantity),
        stop_loss_attempt = v_position.stop_loss_attempt + (v_current.order_kind = 'stop_loss')::integer,
        close_attempt = v_position.close_attempt + (v_current.order_kind = 'close')::integer,
        close_quantity = case v_current.order_kind when 'close' then coalesce(v_remaining, v_position.close_quantity) end,
        move = 'reissue_order',
        move_details = v_arguments
    where p.id = v_position.id
    returning monitoring.receipt_of(p, 'ok', true) as receipt into v_moved;

    return v_moved.receipt;
end
$$;

comment on function tradelatch.reissue_order(bigint, bigint, text, text, numeric) is
$$The stop-loss or close that is due was refused by the exchange, or ended before it did its work: another client order id for what remains.
client_order_id: of the order that ended. remaining: what is still open, in units of the base asset; null when nothing changed.
Never for entries: an entry is sent once.
Outcomes: ok; replayed for the id before the current one.
Errors: 22023; TL002 no such order is due; TL003; TL004; TL005 any other id; 55P03.$$;

revoke all on function tradelatch.reissue_order(bigint, bigint, text, text, numeric) from public;
grant execute on function tradelatch.reissue_order(bigint, bigint, text, text, numeric) to tradelatch_bot;

commit;
