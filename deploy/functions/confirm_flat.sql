-- Deploy tradelatch:functions/confirm_flat to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.confirm_flat(
    position_id bigint,
    fence bigint,
    orders_ended text[] default '{}',
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
    v_ended text[] := monitoring.check_orders('orders_ended', confirm_flat.orders_ended);
    v_arguments jsonb := jsonb_build_object(
        'exit_price', monitoring.check_amount('exit_price', confirm_flat.exit_price, true),
        'realized_pnl', monitoring.check_money('realized_pnl', confirm_flat.realized_pnl)
    );
    v_details jsonb := monitoring.check_details(confirm_flat.details) || v_arguments || monitoring.orders_said(v_ended, '{}');
    v_position monitoring.positions := monitoring.lock_position(confirm_flat.position_id, confirm_flat.fence);
    v_entry text := monitoring.entry_order(v_position.origin, v_position.order_key, v_position.exchange_order_id);
begin
    if (v_position.status = 'rolled_back' or v_position.ends_as = 'rolled_back')
        and monitoring.is_latest_move(v_position.id, 'confirm_flat', v_arguments)
    then
        return monitoring.replay(v_position, true, true, v_ended, true);
    elsif v_position.status <> 'pending_rollback' and v_position.ends_as is distinct from 'rolled_back' then
        perform monitoring.refuse_move(
            v_position, 'confirm_flat', case when v_position.ends_as = 'closed' then 'it is being closed: confirm_close ends it' end
        );
    elsif monitoring.may_end(v_position, v_entry, true) is false then
        perform monitoring.refuse_end(v_position, v_entry, 'confirm_flat');
    end if;

    v_position := monitoring.end_exit(v_position, 'rolled_back', true, v_ended || v_entry);
    v_position.exit_price := coalesce(confirm_flat.exit_price, v_position.exit_price);
    v_position.realized_pnl := coalesce(confirm_flat.realized_pnl, v_position.realized_pnl);
    return monitoring.write_move(v_position, 'confirm_flat', v_details, 'ok', true);
end
$$;

comment on function tradelatch.confirm_flat(bigint, bigint, text[], numeric, numeric, jsonb) is
$$The entry is final and nothing is open on the exchange: pending_rollback becomes rolled_back, and the slot is free; while an order is left
it becomes pending_cancels, and the receipt has what to cancel. A pending_cancels that is to be rolled back is confirmed by it, too.
It says that the entry has ended, and, under the fence that alone was given it, the close. orders_ended: other orders that ended.
exit_price in units of the quote asset, realized_pnl in the settle currency; null where they are not known.
Outcomes: ok; replayed.
Errors: 22023; TL002, also while a driver before may still send the entry (DETAIL: until when); TL003; TL004; 55P03.$$;

revoke all on function tradelatch.confirm_flat(bigint, bigint, text[], numeric, numeric, jsonb) from public;
grant execute on function tradelatch.confirm_flat(bigint, bigint, text[], numeric, numeric, jsonb) to tradelatch_bot;

commit;
