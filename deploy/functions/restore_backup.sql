-- Deploy tradelatch:functions/restore_backup to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.restore_backup(backup_id uuid, dry_run boolean default true)
returns setof tradelatch.cleanup_action
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_dry_run boolean := monitoring.check_switch('dry_run', restore_backup.dry_run);
    v_slot record;
    v_backup monitoring.position_backups;
    v_position monitoring.positions;
    v_before monitoring.positions;
    v_action tradelatch.cleanup_action;
    v_problem text;
begin
    perform
    from monitoring.position_backups as b
    where b.backup_id = restore_backup.backup_id;
    if not found then
        perform monitoring.refuse_argument('backup_id', 'is not one of a backup', restore_backup.backup_id::text);
    end if;

    -- All slots first, in the order of their keys.
    for v_slot in
        select distinct
            p.exchange::text,
            p.account::text,
            p.symbol::text,
            monitoring.slot_key(p.exchange, p.account, p.symbol) as key
        from monitoring.position_backups as b
        inner join monitoring.positions as p on p.id = b.position_id
        where b.backup_id = restore_backup.backup_id
        order by key
    loop
        if monitoring.lock_slot(v_slot.exchange, v_slot.account, v_slot.symbol) is not true then
            perform monitoring.wait_for_slot(v_slot.exchange, v_slot.account, v_slot.symbol);
        end if;
    end loop;
    -- Until this is committed no spelling becomes an id of another symbol.
    lock table monitoring.positions in row exclusive mode;

    for v_backup in
        select b.*
        from monitoring.position_backups as b
        where b.backup_id = restore_backup.backup_id
        order by b.position_id
        for update
    loop
        v_position := (select p from monitoring.positions as p where p.id = v_backup.position_id for update);
        v_before := jsonb_populate_record(null::monitoring.positions, v_backup.position);

        v_problem := case
            when v_backup.restored_at is not null then 'it was restored already'
            -- adopted: what it was before is nothing, which is only so while nobody did anything with it
            when v_backup.position is null and exists (
                select
                from monitoring.position_events as e
                where e.position_id = v_position.id and e.from_status is not null and e.event <> 'duplicate_prevented'
            ) then 'it moved since it was adopted'
            -- one that waits for its cancels ends no sooner for being wrong
            when v_backup.position is not null and v_position.closed_at is null and v_position.status <> 'pending_cancels'
                then 'it is open'
            when v_backup.position is not null and v_position.closed_at is null
                and (v_position.filled_quantity, v_position.close_attempt, v_position.stop_loss_attempt)
                <> (v_before.filled_quantity, v_before.close_attempt, v_before.stop_loss_attempt)
                then 'it moved since it was ended'
            when v_backup.position is not null and monitoring.is_alias(v_position.exchange, v_position.symbol)
                then format('%s is an id of another symbol now', v_position.symbol)
            when v_backup.position is not null then (
                select format('position %s holds the slot now', c.position_id)
                from monitoring.conflicting_positions(
                    v_position.exchange, v_position.account, v_position.symbol, v_position.position_side
                ) as c
                where c.position_id <> v_position.id
                limit 1
            )
        end;

        v_action := null;
        v_action.backup_id := v_backup.backup_id;
        v_action.position_id := v_position.id;
        v_action.action := 'refused';
        v_action.from_status := v_position.status;
        v_action.detail := jsonb_strip_nulls(jsonb_build_object(
            'problem', v_problem,
            'exchange', v_position.exchange,
            'account', v_position.account,
            'symbol', v_position.symbol,
            'position_side', v_position.position_side
        ));
        if v_problem is null then
            v_action.action := 'restore';
            v_action.to_status := case v_before.status when 'active' then 'pending_sl' else coalesce(v_before.status, 'closed') end;
            if not v_dry_run then
                update monitoring.position_backups as b
                set
                    restored_at = clock_timestamp(),
                    restored_in = pg_current_xact_id()
                where b.backup_id = v_backup.backup_id and b.position_id = v_backup.position_id;
                perform monitoring.put_back(v_position, v_before, v_backup.backup_id);
                update monitoring.position_backups as b
                set restored_in = null
                where b.backup_id = v_backup.backup_id and b.position_id = v_backup.position_id;
            end if;
        end if;
        return next v_action;
    end loop;
end
$$;

comment on function tradelatch.restore_backup(uuid, boolean) is
$$Gives back what cleanup, reconcile or release_position ended, as it was; for operators. A dry run unless told otherwise.
Nobody looked after it meanwhile: one that was active comes back as pending_sl, with the orders that were left and, where something was filled,
* for those that nobody can name. It has a fence above every one that was ever given, and no lease: claim_stale takes it at once. Events that
came later stay. A position that was adopted is closed in the book; the exchange is not asked.
action is restore, or refused where it would break the contract, for the problem in detail: the slot is held by another position, its symbol became an id of another one, it is open
(one that waits for its cancels is restored), it was restored already, or moved since it was ended or adopted. What is refused stays as it is, the others are restored.
Errors: 22023 no such backup; 55P03; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.restore_backup(uuid, boolean) from public;
grant execute on function tradelatch.restore_backup(uuid, boolean) to tradelatch_operator;

commit;
