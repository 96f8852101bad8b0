-- Deploy tradelatch:helpers/receipt_of to pg
-- requires: types/receipt
-- requires: tables/positions
-- requires: helpers/orders_to_cancel
-- The only place that computes an exchange order.

begin;

set local role tradelatch_owner;

create function monitoring.receipt_of(book_row monitoring.positions, outcome text, drives boolean)
returns tradelatch.receipt
language plpgsql
immutable
as $$
declare
    v_kind text;
    v_quantity numeric;
    v_price numeric;
    v_client_order_id text;
    v_cancels text[];
    v_entry_order text := case
        when book_row.origin = 'created' then monitoring.client_order_id(book_row.order_key, 'entry', 1)
        when book_row.exchange_order_id is not null then 'id:' || book_row.exchange_order_id
    end;
    v_entry_is_filled boolean := book_row.filled_quantity >= book_row.quantity;
begin
    if book_row.orders_withheld then
        null; -- another row held the slot: an operator looks first whose exposure it is
    elsif book_row.status = 'closed' and drives is not false then
        v_cancels := monitoring.orders_to_cancel(
            book_row.stop_loss_orders, book_row.order_key, 'stop_loss', book_row.stop_loss_attempt
        );
        if not v_entry_is_filled then
            v_cancels := v_entry_order || v_cancels;
        end if;
    elsif drives is not true then
        null;
    elsif book_row.status in ('pending_entry', 'entry_placed') then
        -- Whoever created the position sends the entry once; whoever claimed it asks the exchange for it.
        if receipt_of.outcome = 'claimed' or (book_row.status = 'pending_entry' and book_row.entry_judged_after is null) then
            v_kind := 'entry';
            v_quantity := book_row.quantity;
            v_client_order_id := v_entry_order;
        end if;
    elsif book_row.status = 'pending_sl' then
        v_kind := 'stop_loss';
        v_quantity := book_row.open_quantity;
        v_price := coalesce(
            book_row.stop_loss_price,
            trim_scale(
                coalesce(book_row.average_price, book_row.entry_price)
                * (100 + case book_row.side when 'long' then -1 else 1 end * book_row.stop_loss_percent) * 0.01
            )
        );
        v_client_order_id := monitoring.client_order_id(book_row.order_key, 'stop_loss', book_row.stop_loss_attempt);
        v_cancels := book_row.stop_loss_orders;
    elsif book_row.status in ('pending_close', 'pending_rollback') then
        v_kind := 'close';
        v_quantity := book_row.close_quantity;
        v_client_order_id := monitoring.client_order_id(book_row.order_key, 'close', book_row.close_attempt);
        v_cancels := book_row.close_orders;
        -- An exit keeps its stop-loss until it is closed; a rollback takes everything away first.
        if book_row.status = 'pending_rollback' then
            v_cancels := v_entry_order || monitoring.orders_to_cancel(
                book_row.stop_loss_orders, book_row.order_key, 'stop_loss', book_row.stop_loss_attempt
            ) || v_cancels;
        elsif not v_entry_is_filled then
            v_cancels := v_entry_order || v_cancels;
        end if;
    end if;

    return row(
        receipt_of.outcome,
        book_row.id::bigint,
        book_row.status,
        case when drives then book_row.fence end,
        case when drives then book_row.lease_until end,
        book_row.exchange::text,
        book_row.account::text,
        book_row.symbol::text,
        book_row.position_side::text,
        v_kind,
        case
            when v_kind is not null then
                case when (book_row.side = 'long') = (v_kind = 'entry') then 'buy' else 'sell' end
        end,
        v_quantity,
        v_price,
        v_kind <> 'entry',
        v_client_order_id,
        case when v_cancels is not null then nullif(array_remove(v_cancels, null), '{}') end
    );
end
$$;

comment on function monitoring.receipt_of(monitoring.positions, text, boolean) is
'The receipt of a position. drives: true for a caller that drives it and is shown fence, lease and order; false for one that does not; null for one that was not asked: after a close it is shown what is left to cancel.';

revoke all on function monitoring.receipt_of(monitoring.positions, text, boolean) from public;

commit;
