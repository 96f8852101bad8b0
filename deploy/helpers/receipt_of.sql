-- Deploy tradelatch:helpers/receipt_of to pg
-- The only place that says which order a status calls for.

begin;

set local role tradelatch_owner;

create function monitoring.receipt_of(book_row monitoring.positions, outcome text, drives boolean)
returns tradelatch.receipt
language plpgsql
immutable
as $$
declare
    v_cancels text[];
begin
    -- In each place the kind is a constant, see make_receipt.
    if book_row.orders_withheld or drives is false or (drives is null and book_row.status <> 'closed') then
        null; -- withheld when another row held the slot: an operator looks first whose exposure it is
    elsif book_row.status = 'pending_sl' then
        return monitoring.make_receipt(book_row, receipt_of.outcome, true, 'stop_loss', nullif(book_row.stop_loss_orders, '{}'));
    elsif book_row.status in ('pending_entry', 'entry_placed') then
        -- Whoever created the position sends the entry once; whoever claimed it asks the exchange for it.
        if receipt_of.outcome = 'claimed' or (book_row.status = 'pending_entry' and book_row.entry_judged_after is null) then
            return monitoring.make_receipt(book_row, receipt_of.outcome, true, 'entry', null);
        end if;
    elsif book_row.status in ('closed', 'pending_close', 'pending_rollback') then
        -- An exit keeps its stop-loss until it is closed; a rollback takes everything away first.
        v_cancels := case
            when book_row.status <> 'pending_rollback' and book_row.filled_quantity >= book_row.quantity then null
            when book_row.origin = 'created' then monitoring.client_order_id(book_row.order_key, 'entry', 1)
            else 'id:' || book_row.exchange_order_id
        end || case
            when book_row.status <> 'pending_close' then monitoring.orders_to_cancel(
                book_row.stop_loss_orders, book_row.order_key, 'stop_loss', book_row.stop_loss_attempt
            )
        end || case
            when book_row.status <> 'closed' then book_row.close_orders
        end;
        v_cancels := nullif(array_remove(v_cancels, null), '{}');
        if book_row.status = 'closed' then
            return monitoring.make_receipt(book_row, receipt_of.outcome, drives, null, v_cancels);
        end if;
        return monitoring.make_receipt(book_row, receipt_of.outcome, true, 'close', v_cancels);
    end if;

    return monitoring.make_receipt(book_row, receipt_of.outcome, drives, null, null);
end
$$;

comment on function monitoring.receipt_of(monitoring.positions, text, boolean) is
'The receipt of a position. drives: true for a caller that drives it and is shown fence, lease and order; false for one that does not; null for one that was not asked: after a close it is shown what is left to cancel.';

revoke all on function monitoring.receipt_of(monitoring.positions, text, boolean) from public;

commit;
