-- Deploy tradelatch:helpers/end_order to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.end_order(book_row monitoring.positions, name text)
returns monitoring.positions
language plpgsql
immutable
as $$
declare
    v_row monitoring.positions := book_row;
    v_is_current boolean := coalesce(end_order.name = monitoring.current_order(book_row), false);
begin
    if end_order.name is null then
        return v_row;
    end if;
    v_row.orders_arrived := array_remove(v_row.orders_arrived, end_order.name);
    v_row.orders_in_hand := nullif(v_row.orders_in_hand - end_order.name, '{}');
    v_row.own_orders := nullif(array_remove(v_row.own_orders, end_order.name), '{}');

    -- An order that ended is never called for again.
    if v_is_current and v_row.status = 'pending_sl' then
        v_row.stop_loss_attempt := v_row.stop_loss_attempt + 1;
    elsif v_is_current and v_row.status in ('pending_close', 'pending_rollback') then
        v_row.close_attempt := v_row.close_attempt + 1;
    end if;

    if end_order.name = v_row.stop_loss_order then
        v_row.stop_loss_order := null;
        v_row.stop_loss_order_id := null;
        if v_row.status = 'active' then
            v_row.status := 'pending_sl';
            v_row.stop_loss_attempt := v_row.stop_loss_attempt + 1;
        end if;
    end if;
    return v_row;
end
$$;

comment on function monitoring.end_order(monitoring.positions, text) is
'The position without an order that ended. One that was called for gives way to a fresh id; a position whose stop-loss ended is no longer active.';

revoke all on function monitoring.end_order(monitoring.positions, text) from public;

commit;
