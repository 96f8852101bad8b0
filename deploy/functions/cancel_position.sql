-- Deploy tradelatch:functions/cancel_position to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.cancel_position(
    position_id bigint,
    fence bigint,
    reason text
)
returns tradelatch.receipt
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_arguments jsonb := jsonb_build_object('reason', monitoring.check_text('reason', cancel_position.reason, 1000));
    v_position monitoring.positions := monitoring.lock_position(cancel_position.position_id, cancel_position.fence);
    v_before monitoring.positions := v_position;
    v_entry text := monitoring.entry_order(v_position.origin, v_position.order_key, v_position.exchange_order_id);
begin
    if v_position.status = 'canceled' and monitoring.is_latest_move(v_position.id, 'cancel_position', v_arguments) then
        return monitoring.receipt_of(v_position, 'replayed', true);
    elsif v_position.status not in ('pending_entry', 'entry_placed') then
        perform monitoring.refuse_move(v_position, 'cancel_position');
    elsif monitoring.may_end(v_position, v_entry, true) is false then
        perform monitoring.refuse_end(v_position, v_entry, 'cancel_position');
    end if;

    v_position.status := 'canceled';
    v_position.exit_reason := cancel_position.reason;
    v_position := monitoring.end_order(v_position, v_entry);
    if monitoring.orders_left(v_position) <> '{}' then
        perform monitoring.refuse_move(v_before, 'cancel_position', 'another order of it is left, roll it back');
    end if;
    return monitoring.write_move(v_position, 'cancel_position', v_arguments, 'ok', true);
end
$$;

comment on function tradelatch.cancel_position(bigint, bigint, text) is
$$The entry is final and nothing was filled: pending_entry or entry_placed becomes canceled, and the slot is free.
Call it when the order was never sent, or when the exchange says that it is canceled, rejected or expired without a fill.
Outcomes: ok; replayed.
Errors: 22023; TL002, also while a driver before may still send the entry (DETAIL: until when), and while another order is left; TL003; TL004; 55P03.$$;

revoke all on function tradelatch.cancel_position(bigint, bigint, text) from public;
grant execute on function tradelatch.cancel_position(bigint, bigint, text) to tradelatch_bot;

commit;
