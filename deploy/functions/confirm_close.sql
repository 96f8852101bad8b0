-- Deploy tradelatch:functions/confirm_close to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.confirm_close(
    position_id bigint,
    reason text,
    orders_ended text[] default '{}',
    exit_price numeric default null,
    realized_pnl numeric default null,
    fence bigint default null,
    attempt uuid default null,
    lease interval default '1 minute',
    details jsonb default '{}',
    observed_at timestamptz default null
)
returns tradelatch.receipt
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_arguments jsonb;
    v_details jsonb;
    v_moved record;
    v_before monitoring.positions;
    v_position monitoring.positions;
    v_lease interval;
    v_is_driver boolean;
    v_is_given boolean;
begin
    -- One look in the ordinary case: each expression is prepared anew in each transaction.
    if (
        monitoring.is_plain_text(confirm_close.reason, 1000)
        and (confirm_close.exit_price is null or monitoring.is_amount(confirm_close.exit_price))
        and (
            confirm_close.realized_pnl is null
            or confirm_close.realized_pnl > -1e30 and confirm_close.realized_pnl < 1e30
        )
        and confirm_close.lease = interval '1 minute'
        and cardinality(confirm_close.orders_ended) = 1
        and confirm_close.details = '{}'
        and (confirm_close.observed_at is null or confirm_close.observed_at <= clock_timestamp())
    ) is not true then
        perform
            monitoring.check_text('reason', confirm_close.reason, 1000),
            monitoring.check_amount('exit_price', confirm_close.exit_price, true),
            monitoring.check_money('realized_pnl', confirm_close.realized_pnl),
            monitoring.check_orders('orders_ended', confirm_close.orders_ended),
            monitoring.check_details(confirm_close.details);
    else
        perform
        from monitoring.positions as p
        where p.id = confirm_close.position_id and monitoring.lock_slot(p.exchange, p.account, p.symbol);
        if not found then
            perform monitoring.wait_for_position(confirm_close.position_id);
        end if;

        -- Known as this call, it is answered below; as another one it is refused here.
        if confirm_close.attempt is null
            or not monitoring.is_known_attempt(confirm_close.attempt, confirm_close.position_id, 'confirm_close', '{}')
        then
            -- The ordinary life: its stop-loss is named, and nothing else is left.
            update monitoring.positions as p
            set
                status = 'closed',
                open_quantity = 0,
                exit_reason = confirm_close.reason,
                exit_price = confirm_close.exit_price,
                realized_pnl = confirm_close.realized_pnl,
                stop_loss_order = null,
                stop_loss_order_id = null,
                orders_arrived = '{}',
                own_orders = null,
                closed_at = clock_timestamp(),
                move = 'confirm_close',
                move_details = jsonb_build_object(
                    'reason', confirm_close.reason,
                    'exit_price', confirm_close.exit_price,
                    'realized_pnl', confirm_close.realized_pnl,
                    'attempt', confirm_close.attempt,
                    'orders_ended', confirm_close.orders_ended
                )
            where p.id = confirm_close.position_id
                and (p.fence = confirm_close.fence or confirm_close.fence is null)
                and (confirm_close.observed_at is null or p.exposure_at <= confirm_close.observed_at)
                and p.orders_in_hand is null
                and p.orders_arrived = confirm_close.orders_ended
                and (p.status = 'active' or p.status = 'pending_close' and p.fence = confirm_close.fence)
            returning monitoring.make_receipt(p, 'ok', confirm_close.fence is not null, null, null) as receipt into v_moved;

            if found then
                return v_moved.receipt;
            end if;
        end if;
        perform monitoring.check_orders('orders_ended', confirm_close.orders_ended);
    end if;

    v_arguments := jsonb_build_object(
        'reason', confirm_close.reason, 'exit_price', confirm_close.exit_price, 'realized_pnl', confirm_close.realized_pnl
    );
    v_is_driver := confirm_close.fence is not null;
    v_lease := monitoring.check_lease(confirm_close.lease);
    v_position := monitoring.lock_position(confirm_close.position_id, confirm_close.fence, true);
    v_before := v_position;
    v_details := confirm_close.details || v_arguments || jsonb_build_object('attempt', confirm_close.attempt)
        || monitoring.orders_said(confirm_close.orders_ended, '{}');

    if monitoring.is_known_attempt(confirm_close.attempt, v_position.id, 'confirm_close', v_arguments) then
        return monitoring.replay(
            v_position, v_is_driver, v_is_driver or v_position.drive_attempt is not distinct from confirm_close.attempt,
            confirm_close.orders_ended, true
        );
    elsif v_position.status = 'closed' and monitoring.is_latest_move(v_position.id, 'confirm_close', v_arguments) then
        return monitoring.receipt_of(v_position, 'replayed', v_is_driver);
    elsif v_position.status not in ('active', 'pending_sl', 'pending_close') and v_position.ends_as is distinct from 'closed' then
        perform monitoring.refuse_move(
            v_position, 'confirm_close',
            case when v_position.ends_as = 'rolled_back' then 'it is being rolled back: confirm_flat ends it' end
        );
    end if;

    v_position := monitoring.end_exit(v_position, 'closed', v_is_driver, confirm_close.orders_ended);
    v_position.exit_reason := confirm_close.reason;
    v_position.exit_price := coalesce(confirm_close.exit_price, v_position.exit_price);
    v_position.realized_pnl := coalesce(confirm_close.realized_pnl, v_position.realized_pnl);

    -- Without a fence: who cancels what is left? Whoever drives it, as long as it may be sending.
    v_is_given := not v_is_driver and monitoring.orders_left(v_position) <> '{}' and not (
        v_before.lease_until + monitoring.grace() > clock_timestamp()
        and (
            v_before.status <> 'active'
            or exists (
                select
                from jsonb_each(v_position.orders_in_hand) as h (name, hand)
                where (h.hand ->> 'driver')::boolean
            )
        )
    );
    -- A call that is to be given the drive is no repetition.
    if v_before.status = 'pending_cancels' and not v_is_given
        and monitoring.is_latest_move(v_position.id, 'confirm_close', v_arguments)
    then
        return monitoring.replay(v_before, v_is_driver, v_is_driver, confirm_close.orders_ended, true);
    end if;
    perform monitoring.check_unmoved(v_before, confirm_close.observed_at);
    if not v_is_given then
        return monitoring.write_move(v_position, 'confirm_close', v_details, 'ok', v_is_driver);
    end if;
    v_position := monitoring.hand_over(v_position, v_lease, confirm_close.attempt);
    return monitoring.write_move(v_position, 'confirm_close', v_details, 'ok', true);
end
$$;

comment on function tradelatch.confirm_close(bigint, text, text[], numeric, numeric, bigint, uuid, interval, jsonb, timestamptz) is
$$Nothing is open any more, by us or by the exchange: active, pending_sl or pending_close becomes closed, and the slot is free; while an
order is left it becomes pending_cancels, and the receipt has what to cancel. A pending_cancels that is to be closed is confirmed by it, too.
orders_ended: orders that ended: a stop-loss that triggered, those that were cancelled. Under the fence that alone was given it the close has ended, too.
Without a fence, and with orders left, the caller is given the drive to cancel them, unless a driver may still be sending.
exit_price in units of the quote asset, realized_pnl in the settle currency; null where they are not known. A fence is checked where it is given.
attempt: this call and its retries. lease: how long the caller may act. observed_at: by the database's clock, when the look began by which
nothing is open: that at the exchange, or exposure_at of the row that a fill was taken from; TL009 when the exposure moved since.
Outcomes: ok; replayed. Fence and lease only for a caller that drives.
Errors: 22023; TL002; TL003; TL004; TL005 the attempt was another call; TL009; 55P03.$$;

revoke all on function tradelatch.confirm_close(
    bigint, text, text[], numeric, numeric, bigint, uuid, interval, jsonb, timestamptz
) from public;
grant execute on function tradelatch.confirm_close(
    bigint, text, text[], numeric, numeric, bigint, uuid, interval, jsonb, timestamptz
) to tradelatch_bot;

commit;
