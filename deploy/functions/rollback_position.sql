-- Deploy tradelatch:functions/rollback_position to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

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
    v_receipt tradelatch.receipt;
begin
    if v_position.status = 'pending_rollback' and monitoring.is_latest_move(v_position.id, 'rollback_position', v_arguments) then
        return monitoring.receipt_of(v_position, 'replayed', true);
    elsif v_position.status not in ('pending_entry', 'entry_placed', 'pending_sl') then
        perform monitoring.refuse_move(v_position, 'rollback_position');
    end if;

    v_position := monitoring.begin_exit(v_position, 'pending_rollback', rollback_position.reason);
    v_receipt := monitoring.write_move(v_position, 'rollback_position', v_details, 'ok', true);

    if v_position.open_quantity > 0 then
        perform monitoring.raise_alert(
            'rollback_with_exposure', 'warning', v_position.id, v_position.exchange, v_position.account, v_position.symbol,
            v_position.position_side,
            jsonb_build_object('side', v_position.side, 'open_quantity', v_position.open_quantity, 'reason', left(rollback_position.reason, 200))
        );
    end if;
    return v_receipt;
end
$$;

comment on function tradelatch.rollback_position(bigint, bigint, text, jsonb) is
$$The opening is given up while something may be open on the exchange: pending_entry, entry_placed or pending_sl becomes pending_rollback.
The slot stays taken until confirm_flat, and until no order is left. The receipt cancels entry and stop-losses, and closes: reduce-only, on the side
and for the quantity that the database stored; for all that was asked for while the entry may still fill.
Outcomes: ok; replayed.
Errors: 22023; TL002; TL003; TL004; 55P03.$$;

revoke all on function tradelatch.rollback_position(bigint, bigint, text, jsonb) from public;
grant execute on function tradelatch.rollback_position(bigint, bigint, text, jsonb) to tradelatch_bot;

commit;
