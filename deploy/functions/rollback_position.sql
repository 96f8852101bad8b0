-- Deploy tradelatch:functions/rollback_position to pg

begin;

set local role tradelatch_owner;

create function tradelatch.rollback_position(
    position_id bigint,
    fence bigint,
    reason text,
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
    v_arguments jsonb := jsonb_build_object('reason', monitoring.check_text('reason', rollback_position.reason, 1000));
    v_details jsonb := monitoring.check_details(rollback_position.details) || v_arguments;
    v_position monitoring.positions := monitoring.lock_position(rollback_position.position_id, rollback_position.fence);
    v_moved record;
begin
    if v_position.status = 'pending_rollback' and monitoring.is_latest_move(v_position.id, 'rollback_position', v_arguments) then
        return monitoring.receipt_of(v_position, 'replayed', true);
    end if;

    update monitoring.positions as p
    set
        status = 'pending_rollback',
        exit_reason = rollback_position.reason,
        close_attempt = v_position.close_attempt + 1,
        close_quantity = monitoring.quantity_to_close(
            v_position.quantity, v_position.filled_quantity, v_position.open_quantity
        ),
        move = 'rollback_position',
        move_details = v_details
    where p.id = v_position.id
    returning monitoring.receipt_of(p, 'ok', true) as receipt into v_moved;

    if v_position.open_quantity > 0 then
        perform monitoring.raise_alert(
            'rollback_with_exposure', 'warning', v_position.id, v_position.exchange, v_position.account, v_position.symbol,
            v_position.position_side,
            jsonb_build_object('side', v_position.side, 'open_quantity', v_position.open_quantity, 'reason', left(rollback_position.reason, 200))
        );
    end if;
    return v_moved.receipt;
end
$$;

comment on function tradelatch.rollback_position(bigint, bigint, text, jsonb) is
$$The opening is given up while something may be open on the exchange: pending_entry, entry_placed or pending_sl becomes pending_rollback.
The slot stays taken until confirm_flat. The receipt cancels entry and stop-loss, and closes: reduce-only, on the side and for the quantity
that the database stored; for all that was asked for while the entry is not wholly filled.
Outcomes: ok; replayed.
Errors: 22023; TL002; TL003; TL004; 55P03.$$;

revoke all on function tradelatch.rollback_position(bigint, bigint, text, jsonb) from public;
grant execute on function tradelatch.rollback_position(bigint, bigint, text, jsonb) to tradelatch_bot;

commit;
