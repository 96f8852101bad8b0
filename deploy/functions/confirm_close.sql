-- Deploy tradelatch:functions/confirm_close to pg
-- requires: helpers/lock_position
-- requires: helpers/check_amount
-- requires: helpers/check_money
-- requires: helpers/check_details
-- requires: helpers/is_latest_move
-- requires: helpers/receipt_of
-- requires: triggers/guard

begin;

set local role tradelatch_owner;

create function tradelatch.confirm_close(
    position_id bigint,
    reason text,
    exit_price numeric default null,
    realized_pnl numeric default null,
    fence bigint default null,
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
        'reason', monitoring.check_text('reason', confirm_close.reason, 1000),
        'exit_price', monitoring.check_amount('exit_price', confirm_close.exit_price, true),
        'realized_pnl', monitoring.check_money('realized_pnl', confirm_close.realized_pnl)
    );
    v_details jsonb := monitoring.check_details(confirm_close.details) || v_arguments;
    v_position monitoring.positions := monitoring.lock_position(confirm_close.position_id, confirm_close.fence, true);
    v_moved record;
    -- Whoever shows no fence is not asked whether it drives: it may bring a fact, and sees what is left to cancel.
    v_drives boolean := case when confirm_close.fence is not null then true end;
begin
    if v_position.status = 'closed' and monitoring.is_latest_move(v_position.id, 'confirm_close', v_arguments) then
        return monitoring.receipt_of(v_position, 'replayed', v_drives);
    end if;

    update monitoring.positions as p
    set
        status = 'closed',
        open_quantity = 0,
        exit_reason = confirm_close.reason,
        exit_price = confirm_close.exit_price,
        realized_pnl = confirm_close.realized_pnl,
        move = 'confirm_close',
        move_details = v_details
    where p.id = v_position.id
    returning monitoring.receipt_of(p, 'ok', v_drives) as receipt into v_moved;

    return v_moved.receipt;
end
$$;

comment on function tradelatch.confirm_close(bigint, text, numeric, numeric, bigint, jsonb) is
$$It is closed, by us or by the exchange: active, pending_sl or pending_close becomes closed, and the slot is free.
The receipt lists what is left to cancel of entry and stop-loss; they stand alone, without an order.
exit_price in units of the quote asset, realized_pnl in the settle currency; null where they are not known. A fence is checked where it is given.
Outcomes: ok; replayed.
Errors: 22023; TL002; TL003; TL004; 55P03.$$;

revoke all on function tradelatch.confirm_close(bigint, text, numeric, numeric, bigint, jsonb) from public;
grant execute on function tradelatch.confirm_close(bigint, text, numeric, numeric, bigint, jsonb) to tradelatch_bot;

commit;
