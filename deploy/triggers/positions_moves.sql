-- Deploy tradelatch:triggers/positions_moves to pg
-- requires: tables/position_transitions
-- requires: tables/position_events
-- requires: helpers/refuse_move
-- The rule of a status change, for functions and for plain UPDATEs alike: legal, or TL002; logged; open or closed as its status says.

begin;

set local role tradelatch_owner;

-- SECURITY DEFINER, so that whoever may update a column of positions needs no right on the log.
create function monitoring.apply_move()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_stays_open boolean;
begin
    select s.is_open
    into v_stays_open
    from monitoring.position_transitions as t
    inner join monitoring.position_statuses as s on s.status = t.to_status
    where t.from_status = old.status
        and t.to_status = new.status
        and (t.move = new.move or new.move is null)
    limit 1;

    if not found and (new.move is not null or new.status <> old.status) then
        perform monitoring.refuse_move(old.id, old.status, coalesce(new.move, 'UPDATE to ' || new.status));
    end if;

    new.updated_at := clock_timestamp();
    if not v_stays_open then
        new.closed_at := new.updated_at;
    end if;

    if new.move is null then
        new.move := 'plain_update';
        select jsonb_object_agg(b.key, jsonb_build_array(b.value, a.value))
        into new.move_details
        from jsonb_each(to_jsonb(old)) as b
        inner join jsonb_each(to_jsonb(new)) as a on a.key = b.key and a.value <> b.value
        where b.key not in ('move', 'updated_at');
    end if;

    insert into monitoring.position_events (position_id, at, event, from_status, to_status, fence, details)
    values (old.id, new.updated_at, new.move, old.status, new.status, new.fence, coalesce(new.move_details, '{}'));

    new.move := null;
    new.move_details := null;
    return new;
end
$$;

comment on function monitoring.apply_move() is
'Holds an UPDATE to monitoring.position_transitions (TL002), sets closed_at and updated_at, and writes the event. A plain UPDATE is logged as plain_update, with the old and the new value of each changed column.';

revoke all on function monitoring.apply_move() from public;

-- Prices, profits and the lease may change without an event; everything that says where the position stands may not.
create trigger positions_moves
before update on monitoring.positions
for each row
when (
    new.move is not null
    or (
        old.status, old.fence, old.filled_quantity, old.average_price, old.open_quantity, old.exchange_order_id,
        old.stop_loss_price, old.stop_loss_order_id, old.stop_loss_attempt, old.close_attempt, old.close_quantity,
        old.orders_withheld, old.closed_at, old.details
    ) is distinct from (
        new.status, new.fence, new.filled_quantity, new.average_price, new.open_quantity, new.exchange_order_id,
        new.stop_loss_price, new.stop_loss_order_id, new.stop_loss_attempt, new.close_attempt, new.close_quantity,
        new.orders_withheld, new.closed_at, new.details
    )
)
execute function monitoring.apply_move();

commit;
