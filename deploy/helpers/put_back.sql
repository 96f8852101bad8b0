-- Deploy tradelatch:helpers/put_back to pg

begin;

set local role tradelatch_owner;

create function monitoring.put_back(book_row monitoring.positions, earlier monitoring.positions, backup_id uuid)
returns void
language plpgsql
volatile
as $$
declare
    v_details jsonb := jsonb_build_object('backup_id', put_back.backup_id);
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

    update monitoring.positions as p
    set
        status = earlier.status,
        closed_at = null,
        filled_quantity = earlier.filled_quantity,
        average_price = earlier.average_price,
        open_quantity = earlier.open_quantity,
        exchange_order_id = earlier.exchange_order_id,
        exit_reason = earlier.exit_reason,
        exit_price = earlier.exit_price,
        realized_pnl = earlier.realized_pnl,
        fees = earlier.fees,
        stop_loss_price = earlier.stop_loss_price,
        stop_loss_order_id = earlier.stop_loss_order_id,
        stop_loss_attempt = earlier.stop_loss_attempt,
        stop_loss_orders = earlier.stop_loss_orders,
        close_attempt = earlier.close_attempt,
        close_orders = earlier.close_orders,
        close_quantity = earlier.close_quantity,
        orders_withheld = earlier.orders_withheld,
        taken_over = earlier.taken_over,
        details = earlier.details,
        opened_at = earlier.opened_at,
        activated_at = earlier.activated_at,
        -- whoever drove it does so no more
        fence = monitoring.next_fence(),
        lease_until = clock_timestamp(),
        drive_attempt = null,
        entry_judged_after = case earlier.status
            when 'pending_entry'
                then coalesce(earlier.entry_judged_after, greatest(earlier.lease_until, clock_timestamp()) + monitoring.grace())
            else earlier.entry_judged_after
        end,
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
'Makes a position what it was earlier, under a new fence; a position that was nothing earlier (all columns null) is closed. 40001 where its slot turns out to be taken.';

revoke all on function monitoring.put_back(monitoring.positions, monitoring.positions, uuid) from public;

commit;
