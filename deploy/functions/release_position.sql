-- Deploy tradelatch:functions/release_position to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.release_position(position_id bigint, reason text)
returns tradelatch.receipt
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_arguments jsonb := jsonb_build_object('reason', monitoring.check_text('reason', release_position.reason, 1000));
    v_position monitoring.positions := monitoring.lock_position(release_position.position_id, null, true);
    v_left text[] := monitoring.orders_left(v_position);
    v_receipt tradelatch.receipt;
begin
    if v_position.status = 'closed' and monitoring.is_latest_move(v_position.id, 'release_position', v_arguments) then
        v_receipt := monitoring.receipt_of(v_position, 'replayed', false);
    else
        perform monitoring.end_position(
            gen_random_uuid(), v_position.id, 'closed', 'release_position', release_position.reason,
            jsonb_build_object('severity', 'critical', 'orders_left', v_left)
        );
        perform monitoring.raise_alert(
            'position_released', 'critical', v_position.id, v_position.exchange, v_position.account, v_position.symbol,
            v_position.position_side,
            jsonb_build_object(
                'status', v_position.status,
                'side', v_position.side,
                'open_quantity', v_position.open_quantity,
                'reason', left(release_position.reason, 200),
                'orders_left', v_left
            )
        );
        v_receipt := monitoring.receipt_of((select p from monitoring.positions as p where p.id = v_position.id), 'ok', false);
    end if;
    v_receipt.order_cancels := nullif(v_left, '{}');
    return v_receipt;
end
$$;

comment on function tradelatch.release_position(bigint, text) is
$$An operator's override: whatever the position is, it becomes closed, and its slot is free. Nothing is asked of the exchange, and nothing is sent: what
is open there stays open, without a row, and so do its orders. Backed up (the event has backup_id), and logged as critical.
reason: at most 1000 characters. The receipt lists the orders that are left, to be cancelled; * stands for closing orders that nobody can name.
Outcomes: ok; replayed.
Errors: 22023; TL002; TL004; 55P03.$$;

revoke all on function tradelatch.release_position(bigint, text) from public;
grant execute on function tradelatch.release_position(bigint, text) to tradelatch_operator;

commit;
