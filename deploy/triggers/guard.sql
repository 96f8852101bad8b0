-- Deploy tradelatch:triggers/guard to pg
-- The rule of every change of a position, for functions and for plain UPDATEs alike: what rises never falls, a move is in the
-- table of transitions, and it is logged. No WHEN clause: it would be prepared anew for each UPDATE.

\ir ../settings.psql

begin;

\ir ../owner.psql

\ir ../adoption/lock.psql

-- Runs as its owner, who may write the log: others may write the prices of a table that was taken over, and no more.
create function monitoring.guard_position()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_stays_open boolean;
    v_now timestamptz;
begin
    -- The moves of an ordinary life. One look: each expression is prepared anew in each transaction.
    if new.move is not null
        and (
            new.status = 'pending_sl' and old.status in ('pending_entry', 'entry_placed')
            or new.status = 'active' and old.status = 'pending_sl'
            or new.status = 'closed' and old.closed_at is null
        )
        and (monitoring.legal_moves() -> old.status -> new.status -> new.move)::boolean = (new.closed_at is null)
        and new.fence >= old.fence
        and (new.fence > old.fence or new.lease_until >= old.lease_until)
        and new.filled_quantity >= old.filled_quantity
        and new.stop_loss_attempt >= old.stop_loss_attempt
        and new.close_attempt >= old.close_attempt
        and (old.exchange_order_id is null or new.exchange_order_id = old.exchange_order_id)
    then
        new.updated_at := coalesce(new.closed_at, clock_timestamp());
        new.orders_at := new.updated_at;
        if new.status <> 'active' then
            new.exposure_at := new.updated_at;
        end if;
        insert into monitoring.position_events (position_id, at, event, from_status, to_status, fence, details)
        values (old.id, new.updated_at, new.move, old.status, new.status, new.fence, new.move_details);
        new.move := null;
        new.move_details := null;
        return new;
    end if;

    if new.fence < old.fence
        or (new.fence = old.fence and new.lease_until < old.lease_until)
        or new.filled_quantity < old.filled_quantity
        or new.stop_loss_attempt < old.stop_loss_attempt
        or new.close_attempt < old.close_attempt
        or new.exchange_order_id is distinct from coalesce(old.exchange_order_id, new.exchange_order_id)
    then
        if new.move is not null and new.fence < old.fence then
            perform monitoring.compare_sequences();
        end if;
        raise exception using
            errcode = 'TL002',
            message = format(
                'position %s: its fence, its lease under one fence, its fill and its order attempts never fall, its entry order stays',
                old.id
            ),
            detail = json_build_object(
                'position_id', old.id,
                'changes', (
                    select json_object_agg(a.key, json_build_array(b.value, a.value) order by a.key)
                    from jsonb_each(to_jsonb(new)) as a
                    inner join jsonb_each(to_jsonb(old)) as b on b.key = a.key and b.value <> a.value
                )
            )::text;
    end if;

    if new.move is null then
        -- Prices, profits and the lease may change without an event; what says where the position stands may not.
        if (
            old.status, old.fence, old.filled_quantity, old.average_price, old.open_quantity, old.exchange_order_id,
            old.stop_loss_price, old.stop_loss_order, old.stop_loss_order_id, old.stop_loss_attempt, old.stop_loss_sized,
            old.close_attempt, old.close_quantity, old.orders_arrived, old.orders_in_hand, old.own_orders,
            old.orders_withheld, old.ends_as, old.taken_over, old.closed_at, old.details
        ) is not distinct from (
            new.status, new.fence, new.filled_quantity, new.average_price, new.open_quantity, new.exchange_order_id,
            new.stop_loss_price, new.stop_loss_order, new.stop_loss_order_id, new.stop_loss_attempt, new.stop_loss_sized,
            new.close_attempt, new.close_quantity, new.orders_arrived, new.orders_in_hand, new.own_orders,
            new.orders_withheld, new.ends_as, new.taken_over, new.closed_at, new.details
        ) then
            -- these are of moves, whatever the modules that write prices think
            new.updated_at := old.updated_at;
            new.exposure_at := old.exposure_at;
            new.orders_at := old.orders_at;
            return new;
        end if;
        -- Whoever moves a stop-loss by himself has amended it, or sent another one that nobody named.
        if new.closed_at is null
            and new.stop_loss_price is distinct from old.stop_loss_price
            and '*' <> all (new.orders_arrived)
        then
            new.orders_arrived := array_prepend('*', new.orders_arrived);
        end if;
        select jsonb_object_agg(a.key, jsonb_build_array(b.value, a.value))
        into new.move_details
        from jsonb_each(to_jsonb(new)) as a
        inner join jsonb_each(to_jsonb(old)) as b on b.key = a.key and b.value <> a.value;
        -- Nobody wrote the order that such a status calls for.
        if new.status <> old.status and (
            new.status = 'pending_sl' and (new.open_quantity = 0 or new.stop_loss_attempt = 0)
            or new.status in ('pending_close', 'pending_rollback') and (new.close_quantity is null or new.close_attempt = 0)
            or new.status = 'pending_cancels' and new.ends_as is null
        ) then
            perform monitoring.refuse_move(old, 'UPDATE to ' || new.status, 'a plain UPDATE cannot say which order is due then');
        elsif old.closed_at is null and monitoring.orders_left(old) <> '{}' and exists (
            select
            from monitoring.position_statuses as s
            where s.status = new.status and not s.is_open
        ) then
            perform monitoring.refuse_move(old, 'UPDATE to ' || new.status, 'orders of it are left');
        end if;
    end if;

    v_now := clock_timestamp();
    -- What was seen of the exposure, or of the orders, before they moved says nothing of them. Moving a stop-loss is no move of the
    -- exposure; neither is a hand-over of either.
    if new.filled_quantity <> old.filled_quantity
        or new.open_quantity <> old.open_quantity
        or new.close_attempt <> old.close_attempt
        or new.move = 'after_restore'
        or new.status <> old.status
        and not (old.status in ('pending_sl', 'active') and new.status in ('pending_sl', 'active'))
    then
        new.exposure_at := v_now;
    else
        new.exposure_at := old.exposure_at;
    end if;
    if new.stop_loss_attempt <> old.stop_loss_attempt
        or new.close_attempt <> old.close_attempt
        or new.orders_arrived <> old.orders_arrived
        or new.orders_in_hand is distinct from old.orders_in_hand
        or new.fence <> old.fence
        or new.stop_loss_price is distinct from old.stop_loss_price
    then
        new.orders_at := v_now;
    else
        new.orders_at := old.orders_at;
    end if;

    v_stays_open := (monitoring.legal_moves() -> old.status -> new.status -> coalesce(new.move, ''))::boolean;
    if v_stays_open is null then
        if new.move = 'restore_backup' and monitoring.is_being_restored(old.id) then
            v_stays_open := new.closed_at is null;
        elsif new.move = 'after_restore' and new.status = old.status and old.closed_at is null and exists (
            select
            from monitoring.histories as h
            where h.made_in = pg_current_xact_id_if_assigned()
        ) then
            v_stays_open := true;
        elsif new.move is not null or new.status <> old.status then
            perform monitoring.refuse_move(old, coalesce(new.move, 'UPDATE to ' || new.status));
        end if;
    end if;

    new.updated_at := v_now;
    if not v_stays_open then
        new.closed_at := coalesce(old.closed_at, new.updated_at);
    end if;

    insert into monitoring.position_events (position_id, at, event, from_status, to_status, fence, details)
    values (old.id, new.updated_at, coalesce(new.move, 'plain_update'), old.status, new.status, new.fence, new.move_details);

    new.move := null;
    new.move_details := null;
    return new;
end
$$;

comment on function monitoring.guard_position() is
'Holds an UPDATE to monitoring.position_transitions and to what never falls (TL002), sets closed_at and updated_at, and writes the event. A plain UPDATE is logged as plain_update, with the old and the new value of each changed column.';

revoke all on function monitoring.guard_position() from public;

create trigger positions_guard
before update on monitoring.positions
for each row execute function monitoring.guard_position();

\ir ../adoption/old_columns.psql

commit;
