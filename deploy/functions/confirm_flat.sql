-- Deploy tradelatch:functions/confirm_flat to pg

begin;

set local role tradelatch_owner;

create function tradelatch.confirm_flat(
    position_id bigint,
    fence bigint,
    exit_price numeric default null,
    realized_pnl numeric default null,
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
    v_arguments jsonb := jsonb_build_object(
        'exit_price', monitoring.check_amount('exit_price', confirm_flat.exit_price, true),
        'realized_pnl', monitoring.check_money('realized_pnl', confirm_flat.realized_pnl)
    );
    v_details jsonb := monitoring.check_details(confirm_flat.details) || v_arguments;
    v_position monitoring.positions := monitoring.lock_position(confirm_flat.position_id, confirm_flat.fence);
    v_moved record;
begin
    if v_position.status = 'rolled_back' and monitoring.is_latest_move(v_position.id, 'confirm_flat', v_arguments) then
        return monitoring.receipt_of(v_position, 'replayed', true);
    end if;

    update monitoring.positions as p
    set
        status = 'rolled_back',
        open_quantity = 0,
        exit_price = confirm_flat.exit_price,
        realized_pnl = confirm_flat.realized_pnl,
        move = 'confirm_flat',
        move_details = v_details
    where p.id = v_position.id
    returning monitoring.receipt_of(p, 'ok', true) as receipt into v_moved;

    return v_moved.receipt;
end
$$;

comment on function tradelatch.confirm_flat(bigint, bigint, numeric, numeric, jsonb) is
$$The entry is final and nothing is left on the exchange: pending_rollback becomes rolled_back, and the slot is free.
exit_price in units of the quote asset, realized_pnl in the settle currency; null where they are not known.
Outcomes: ok; replayed.
Errors: 22023; TL002; TL003; TL004; 55P03.$$;

revoke all on function tradelatch.confirm_flat(bigint, bigint, numeric, numeric, jsonb) from public;
grant execute on function tradelatch.confirm_flat(bigint, bigint, numeric, numeric, jsonb) to tradelatch_bot;

commit;
