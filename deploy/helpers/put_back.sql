-- Deploy tradelatch:helpers/put_back to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.put_back(book_row monitoring.positions, earlier monitoring.positions, backup_id uuid)
returns void
language plpgsql
volatile
as $$
declare
    v_details jsonb := jsonb_build_object('backup_id', put_back.backup_id);
    v_row monitoring.positions;
begin
    if earlier.id is null then
        update monitoring.positions as p
        set
            status = 'closed',
            closed_at = clock_timestamp(),
            open_quantity = 0,
            exit_reason = 'its adoption was taken back',
            move = 'restore_backup',
            move_details = v_details
        where p.id = book_row.id;
        return;
    end if;

    -- Whoever drove it does so no more, and nobody looked after its orders meanwhile: what was left may be, and others.
    v_row := earlier;
    v_row.stop_loss_order := null;
    v_row.stop_loss_order_id := null;
    v_row.orders_in_hand := monitoring.give_up_hands(
        (monitoring.hold_order(earlier)).orders_in_hand, greatest(earlier.lease_until, clock_timestamp()) + monitoring.grace()
    );
    if v_row.status in ('active', 'pending_sl') then
        v_row.status := 'pending_sl';
        v_row.stop_loss_attempt := greatest(earlier.stop_loss_attempt, book_row.stop_loss_attempt) + 1;
    elsif v_row.status in ('pending_close', 'pending_rollback') then
        v_row.close_attempt := greatest(earlier.close_attempt, book_row.close_attempt) + 1;
    end if;
    if v_row.filled_quantity > 0 and '*' <> all (v_row.orders_arrived) then
        v_row.orders_arrived := v_row.orders_arrived || text '*';
    end if;

    update monitoring.positions as p
    set
        status = v_row.status,
        closed_at = null,
        filled_quantity = v_row.filled_quantity,
        average_price = v_row.average_price,
        open_quantity = v_row.open_quantity,
        exchange_order_id = v_row.exchange_order_id,
        exit_reason = v_row.exit_reason,
        exit_price = v_row.exit_price,
        realized_pnl = v_row.realized_pnl,
        fees = v_row.fees,
        stop_loss_price = v_row.stop_loss_price,
        stop_loss_order = v_row.stop_loss_order,
        stop_loss_order_id = v_row.stop_loss_order_id,
        stop_loss_attempt = v_row.stop_loss_attempt,
        stop_loss_sized = v_row.stop_loss_sized,
        close_attempt = v_row.close_attempt,
        close_quantity = v_row.close_quantity,
        orders_arrived = v_row.orders_arrived,
        orders_in_hand = v_row.orders_in_hand,
        own_orders = v_row.own_orders,
        orders_withheld = v_row.orders_withheld,
        ends_as = v_row.ends_as,
        taken_over = v_row.taken_over,
        details = v_row.details,
        opened_at = v_row.opened_at,
        activated_at = v_row.activated_at,
        fence = monitoring.next_fence(),
        lease_until = 'epoch',
        drive_attempt = null,
        move = 'restore_backup',
        move_details = v_details
    where p.id = book_row.id;
exception
    -- Above READ COMMITTED, and where somebody takes no lock, the caller cannot see who holds the slot.
    when unique_violation then
        raise exception using
            errcode = '40001',
            message = format('the slot of %s was taken meanwhile: try again', book_row.symbol),
            detail = json_build_object('position_id', book_row.id)::text;
end
$$;

comment on function monitoring.put_back(monitoring.positions, monitoring.positions, uuid) is
'Makes a position what it was earlier, under a new fence and without a lease; one that was active comes back as pending_sl. With the orders that were left, and * where something was filled; no stop-loss is known to stand. A position that was nothing earlier (all columns null) is closed. 40001 where its slot turns out to be taken.';

revoke all on function monitoring.put_back(monitoring.positions, monitoring.positions, uuid) from public;

commit;
