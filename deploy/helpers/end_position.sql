-- Deploy tradelatch:helpers/end_position to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.end_position(backup_id uuid, position_id bigint, to_status text, move text, reason text, details jsonb)
returns void
language plpgsql
volatile
as $$
declare
    v_position monitoring.positions;
    v_left text[];
begin
    v_position := (select p from monitoring.positions as p where p.id = end_position.position_id for update);
    v_left := monitoring.orders_left(v_position);
    -- Of two rows in one slot * is asked of the one that stays.
    if end_position.to_status = 'pending_cancels' and exists (
        select
        from monitoring.conflicting_positions(v_position.exchange, v_position.account, v_position.symbol, v_position.position_side) as c
        where c.position_id <> v_position.id
    ) then
        v_left := array_remove(v_left, '*');
    end if;
    perform monitoring.back_up(end_position.backup_id, v_position, end_position.move, end_position.reason);

    update monitoring.positions as p
    set
        status = end_position.to_status,
        open_quantity = 0,
        exit_reason = end_position.reason,
        orders_arrived = v_left,
        orders_in_hand = null,
        ends_as = case
            when end_position.to_status = 'pending_cancels'
                then case v_position.status when 'pending_rollback' then 'rolled_back' else 'closed' end
        end,
        fence = case when end_position.to_status = 'pending_cancels' then monitoring.next_fence() else p.fence end,
        lease_until = case when end_position.to_status = 'pending_cancels' then 'epoch' else p.lease_until end,
        drive_attempt = case when end_position.to_status <> 'pending_cancels' then p.drive_attempt end,
        move = end_position.move,
        move_details = end_position.details || jsonb_build_object(
            'reason', end_position.reason, 'backup_id', end_position.backup_id
        )
    where p.id = v_position.id;
end
$$;

comment on function monitoring.end_position(uuid, bigint, text, text, text, jsonb) is
'Backs a position up and ends it, in the name of an operator''s function: to_status is terminal, or pending_cancels where orders are left, without a lease, so that claim_stale takes it at once. The caller has locked its slot. The orders that were left stay noted.';

revoke all on function monitoring.end_position(uuid, bigint, text, text, text, jsonb) from public;

commit;
