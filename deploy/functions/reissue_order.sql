-- Deploy tradelatch:functions/reissue_order to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

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
    v_name text := monitoring.check_text('client_order_id', reissue_order.client_order_id, 103);
    v_remaining numeric := monitoring.check_amount('remaining', reissue_order.remaining, true);
    v_arguments jsonb := jsonb_build_object(
        'client_order_id', v_name,
        'reason', monitoring.check_text('reason', reissue_order.reason, 1000),
        'remaining', v_remaining
    );
    v_position monitoring.positions := monitoring.lock_position(reissue_order.position_id, reissue_order.fence);
    v_current text := monitoring.current_order(v_position);
    v_kind text := case when v_position.status = 'pending_sl' then 'stop_loss' else 'close' end;
    v_attempt integer := case when v_position.status = 'pending_sl' then v_position.stop_loss_attempt else v_position.close_attempt end;
    v_quantity numeric := case when v_position.status = 'pending_sl' then v_position.open_quantity else v_position.close_quantity end;
begin
    if v_position.orders_withheld then
        perform monitoring.refuse_move(
            v_position, 'reissue_order', 'another position holds the slot, an operator must take it over first'
        );
    elsif v_position.status not in ('pending_sl', 'pending_close', 'pending_rollback') or v_current is null then
        perform monitoring.refuse_move(v_position, 'reissue_order');
    elsif v_attempt > 1 and v_name = monitoring.client_order_id(v_position.order_key, v_kind, v_attempt - 1) then
        -- It ended: so it is said, though another one is called for already.
        return monitoring.replay(v_position, true, true, array[v_name], false);
    elsif v_name <> v_current then
        raise exception using
            errcode = 'TL005',
            message = format('%s is not the current order of position %s', v_name, v_position.id),
            detail = json_build_object('position_id', v_position.id, 'client_order_id', v_name, 'current', v_current)::text;
    elsif v_remaining > v_quantity then
        perform monitoring.refuse_argument(
            'remaining', format('must not be above %s, the quantity of that order', v_quantity), v_remaining::text
        );
    elsif not monitoring.may_end(v_position, v_current, true) then
        perform monitoring.refuse_end(v_position, v_current, 'reissue_order');
    end if;

    v_position := monitoring.end_order(v_position, v_current);
    if v_remaining < v_quantity then
        -- a close may be for more than is open, while the entry may still fill
        v_position.open_quantity := greatest(v_position.open_quantity - (v_quantity - v_remaining), 0);
        if v_kind = 'close' then
            v_position.close_quantity := v_remaining;
        else
            v_position.stop_loss_sized := v_position.stop_loss_attempt;
        end if;
    end if;
    return monitoring.write_move(v_position, 'reissue_order', v_arguments, 'ok', true);
end
$$;

comment on function tradelatch.reissue_order(bigint, bigint, text, text, numeric) is
$$The stop-loss or close that is due was refused by the exchange, or ended before it did its work: another client order id for what is open.
client_order_id: of the order that ended; it is no longer left. remaining: what is still open, in units of the base asset; null when nothing changed.
Never for entries: an entry is sent once.
Outcomes: ok; replayed for the id before the current one.
Errors: 22023; TL002 no such order is due, or a driver before may still send it (DETAIL: until when); TL003; TL004; TL005 any other id; 55P03.$$;

revoke all on function tradelatch.reissue_order(bigint, bigint, text, text, numeric) from public;
grant execute on function tradelatch.reissue_order(bigint, bigint, text, text, numeric) to tradelatch_bot;

commit;
