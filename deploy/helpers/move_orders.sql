-- Deploy tradelatch:helpers/move_orders to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.move_orders(
    position_id bigint, judged_at timestamptz, ended text[], placed text[], observed_at timestamptz
)
returns boolean
language plpgsql
volatile
as $$
declare
    v_before monitoring.positions;
    v_row monitoring.positions;
    v_placed text[];
begin
    select p.*
    into v_before
    from monitoring.positions as p
    where p.id = move_orders.position_id and p.closed_at is null
    for update;
    if not found
        or move_orders.ended <> '{}' and (v_before.orders_at <> move_orders.judged_at or monitoring.is_in_hand(v_before))
    then
        return false;
    end if;

    -- Only what is left still.
    v_placed := array(
        select n.name
        from unnest(move_orders.placed) as n (name)
        where n.name <> all (v_before.orders_arrived) and monitoring.may_end(v_before, n.name, true) is not null
    );
    v_row := monitoring.note_orders(v_before, move_orders.ended, v_placed, false, false);
    -- The stop-loss of an active position that nobody can name was among those that * stood for.
    if v_row.status = 'active' and v_row.stop_loss_order is null and '*' = any (move_orders.ended) then
        v_row.status := 'pending_sl';
        v_row.stop_loss_attempt := v_row.stop_loss_attempt + 1;
    end if;
    if v_row is not distinct from v_before then
        return false;
    end if;
    v_row := monitoring.leave_drive(v_before, v_row);
    perform monitoring.write_move(
        v_row, 'reconcile_orders',
        monitoring.orders_said(move_orders.ended, v_placed) || jsonb_build_object('observed_at', move_orders.observed_at),
        'ok', false
    );
    return true;
end
$$;

comment on function monitoring.move_orders(bigint, timestamptz, text[], text[], timestamptz) is
'Says of an open position what a list of orders showed: orders that arrived, or, as long as its orders have not moved since judged_at and none is in hand, that ended. The caller has locked its slot. Whether it changed anything.';

revoke all on function monitoring.move_orders(bigint, timestamptz, text[], text[], timestamptz) from public;

commit;
