-- Deploy tradelatch:functions/cancel_position to pg

begin;

set local role tradelatch_owner;

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
    v_moved record;
begin
    if v_position.status = 'canceled' and monitoring.is_latest_move(v_position.id, 'cancel_position', v_arguments) then
        return monitoring.receipt_of(v_position, 'replayed', true);
    end if;

    update monitoring.positions as p
    set
        status = 'canceled',
        exit_reason = cancel_position.reason,
        move = 'cancel_position',
        move_details = v_arguments
    where p.id = v_position.id
    returning monitoring.receipt_of(p, 'ok', true) as receipt into v_moved;

    return v_moved.receipt;
end
$$;

comment on function tradelatch.cancel_position(bigint, bigint, text) is
$$The entry is final and nothing was filled: pending_entry or entry_placed becomes canceled, and the slot is free.
Call it when the order was never sent, or when the exchange says that it is canceled, rejected or expired without a fill.
Outcomes: ok; replayed.
Errors: 22023; TL002; TL003; TL004; 55P03.$$;

revoke all on function tradelatch.cancel_position(bigint, bigint, text) from public;
grant execute on function tradelatch.cancel_position(bigint, bigint, text) to tradelatch_bot;

commit;
