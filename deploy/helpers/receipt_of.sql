-- Deploy tradelatch:helpers/receipt_of to pg
-- The only place that says which order a status calls for, and which orders are in its way.

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.receipt_of(book_row monitoring.positions, outcome text, drives boolean, is_given boolean default false)
returns tradelatch.receipt
language plpgsql
volatile
as $$
declare
    v_current text;
    v_kinds text[];
    v_cancels text[];
begin
    -- Withheld when another row held the slot: an operator looks first whose exposure it is.
    if receipt_of.drives is not true or book_row.orders_withheld then
        return monitoring.make_receipt(book_row, receipt_of.outcome, receipt_of.drives, null, null);
    end if;

    v_kinds := case book_row.status
        -- * may be the stop-loss that stands, where the book knows none by name
        when 'active' then array['stop_loss'] || case when book_row.stop_loss_order is not null then 'unnamed' end
        when 'pending_sl' then '{stop_loss, unnamed}'
        -- an exit keeps its stop-loss
        when 'pending_close' then '{entry, own, close}'
        when 'pending_rollback' then '{entry, own, close, stop_loss, unnamed}'
        when 'pending_cancels' then '{entry, own, close, stop_loss, unnamed}'
    end;
    if receipt_of.is_given and book_row.status in ('active', 'pending_sl') then
        v_kinds := v_kinds || text 'entry';
    end if;
    if v_kinds is not null and (book_row.orders_arrived <> '{}' or book_row.orders_in_hand is not null) then
        v_current := monitoring.current_order(book_row);
        v_cancels := nullif(array(
            select o.name
            from unnest(monitoring.orders_left(book_row)) with ordinality as o (name, place)
            where o.name is distinct from v_current
                and (book_row.status <> 'active' or o.name is distinct from book_row.stop_loss_order)
                and monitoring.order_kind(book_row, o.name) = any (v_kinds)
            order by o.place
        ), '{}');
    end if;

    -- In each place the kind is a constant, see make_receipt.
    if book_row.status = 'pending_sl' then
        return monitoring.make_receipt(book_row, receipt_of.outcome, true, 'stop_loss', v_cancels);
    elsif book_row.status in ('pending_entry', 'entry_placed') then
        -- Whoever created the position sends the entry once; whoever claimed it asks the exchange for it.
        v_current := monitoring.entry_order(book_row.origin, book_row.order_key, book_row.exchange_order_id);
        if receipt_of.outcome = 'claimed'
            or book_row.status = 'pending_entry'
            and (v_current = any (book_row.orders_arrived) or book_row.orders_in_hand ? v_current) is not true
        then
            return monitoring.make_receipt(book_row, receipt_of.outcome, true, 'entry', null);
        end if;
    elsif book_row.status in ('pending_close', 'pending_rollback') and book_row.close_quantity is not null then
        return monitoring.make_receipt(book_row, receipt_of.outcome, true, 'close', v_cancels);
    end if;
    return monitoring.make_receipt(book_row, receipt_of.outcome, true, null, v_cancels);
end
$$;

comment on function monitoring.receipt_of(monitoring.positions, text, boolean, boolean) is
'The receipt of a position. drives: whether the caller drives it, and is shown fence, lease, order and what to cancel. is_given: it gives a drive that was somebody else''s, who is told a resting entry too.';

revoke all on function monitoring.receipt_of(monitoring.positions, text, boolean, boolean) from public;

commit;
