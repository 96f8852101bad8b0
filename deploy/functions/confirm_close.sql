-- Deploy tradelatch:functions/confirm_close to pg

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
        'reason', confirm_close.reason, 'exit_price', confirm_close.exit_price, 'realized_pnl', confirm_close.realized_pnl
    );
    v_moved record;
    v_position monitoring.positions;
    -- Whoever shows no fence is not asked whether it drives: it may bring a fact, and sees what is left to cancel.
    v_drives boolean := case when confirm_close.fence is not null then true end;
begin
    -- One look in the ordinary case: each expression is prepared anew in each transaction.
    if (
        monitoring.is_plain_text(confirm_close.reason, 1000)
        and (confirm_close.exit_price is null or monitoring.is_amount(confirm_close.exit_price))
        and confirm_close.realized_pnl is null
        and confirm_close.details = '{}'
    ) is not true then
        perform
            monitoring.check_text('reason', confirm_close.reason, 1000),
            monitoring.check_amount('exit_price', confirm_close.exit_price, true),
            monitoring.check_money('realized_pnl', confirm_close.realized_pnl),
            monitoring.check_details(confirm_close.details);
    end if;

    perform monitoring.lock_slot(p.exchange, p.account, p.symbol)
    from monitoring.positions as p
    where p.id = confirm_close.position_id;

    update monitoring.positions as p
    set
        status = 'closed',
        open_quantity = 0,
        exit_reason = confirm_close.reason,
        exit_price = confirm_close.exit_price,
        realized_pnl = confirm_close.realized_pnl,
        move = 'confirm_close',
        move_details = confirm_close.details || v_arguments
    where p.id = confirm_close.position_id
        and (p.fence = confirm_close.fence or confirm_close.fence is null)
        and p.closed_at is null
    returning
        case
            when p.filled_quantity < p.quantity then monitoring.receipt_of(p, 'ok', v_drives)
            else monitoring.make_receipt(
                p, 'ok', v_drives, null,
                nullif(monitoring.orders_to_cancel(p.stop_loss_orders, p.order_key, 'stop_loss', p.stop_loss_attempt), '{}')
            )
        end as receipt
    into v_moved;

    if found then
        return v_moved.receipt;
    end if;

    -- What it is that does not fit.
    v_position := monitoring.lock_position(confirm_close.position_id, confirm_close.fence, true);
    if v_position.status <> 'closed' or not monitoring.is_latest_move(v_position.id, 'confirm_close', v_arguments) then
        perform monitoring.refuse_move(v_position.id, v_position.status, 'confirm_close');
    end if;
    return monitoring.receipt_of(v_position, 'replayed', v_drives);
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
