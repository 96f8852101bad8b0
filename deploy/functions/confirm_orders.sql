-- Deploy tradelatch:functions/confirm_orders to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.confirm_orders(
    position_id bigint,
    orders_ended text[] default '{}',
    orders_placed text[] default '{}',
    fence bigint default null
)
returns tradelatch.receipt
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_ended text[] := monitoring.check_orders('orders_ended', confirm_orders.orders_ended);
    v_placed text[] := monitoring.check_orders('orders_placed', confirm_orders.orders_placed);
    v_position monitoring.positions := monitoring.lock_position(confirm_orders.position_id, confirm_orders.fence, true);
    v_before monitoring.positions := v_position;
    v_drives boolean := confirm_orders.fence is not null;
begin
    if v_position.closed_at is not null then
        return monitoring.receipt_of(v_position, 'replayed', v_drives);
    end if;

    v_position := monitoring.note_orders(v_position, v_ended, v_placed, v_drives, false);
    if v_position is not distinct from v_before then
        return monitoring.receipt_of(v_position, 'replayed', v_drives);
    end if;
    if not v_drives then
        v_position := monitoring.leave_drive(v_before, v_position);
    end if;
    return monitoring.write_move(v_position, 'confirm_orders', monitoring.orders_said(v_ended, v_placed), 'ok', v_drives);
end
$$;

comment on function tradelatch.confirm_orders(bigint, text[], text[], bigint) is
$$These orders of a position arrived on the exchange, or ended. Names: client order ids, or id: and the exchange's id.
orders_ended: what is not left is ignored, and so are an order in somebody else's hand, the entry, and in pending_cancels an order of the bot's
own, whose fill only a look at the position can tell. orders_placed: orders of the position that reached the exchange; or the bot's own (a
take-profit, a DCA) before they are sent: in hand of the fence that is given, without one for a minute, and left until they end. One that
arrived and has ended already is named in both: who saw it arrive may say that it ended, in whose hand it ever was.
An active position whose stop-loss ended becomes pending_sl; a pending_cancels what it was to be once no order is left.
Outcomes: ok; replayed, also for a terminal position. Fence, lease and order only for the driver, who shows its fence.
Errors: 22023; TL003 a fence that is not the current one; TL004; TL005 an order of ours that this position never handed out; 55P03.$$;

revoke all on function tradelatch.confirm_orders(bigint, text[], text[], bigint) from public;
grant execute on function tradelatch.confirm_orders(bigint, text[], text[], bigint) to tradelatch_bot;

commit;
