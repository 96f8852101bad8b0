-- Deploy tradelatch:helpers/lock_position to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.lock_position(position_id bigint, fence bigint, fence_is_optional boolean default false)
returns monitoring.positions
language plpgsql
volatile
as $$
declare
    v_position monitoring.positions;
begin
    if lock_position.position_id is null then
        perform monitoring.refuse_argument('position_id', 'must not be null');
    elsif lock_position.fence is null and not lock_position.fence_is_optional then
        perform monitoring.refuse_argument('fence', 'must not be null');
    end if;

    -- Look, lock, read again: the slot never changes, everything else may have while the lock was waited for.
    perform
    from monitoring.positions as p
    where p.id = lock_position.position_id and monitoring.lock_slot(p.exchange, p.account, p.symbol);
    if not found then
        perform monitoring.wait_for_position(lock_position.position_id);
    end if;

    v_position := (select p from monitoring.positions as p where p.id = lock_position.position_id for update skip locked);
    if v_position.id is null then
        v_position := monitoring.wait_for_row(lock_position.position_id);
    end if;

    -- A fence is null only where it is optional, and then nothing is claimed.
    if lock_position.fence <> v_position.fence then
        perform nextval('monitoring.stale_fences');
        raise exception using
            errcode = 'TL003',
            message = format(
                'fence %s of position %s is not the current one: somebody else drives it', lock_position.fence, v_position.id
            ),
            detail = json_build_object(
                'position_id', v_position.id, 'fence', lock_position.fence, 'status', v_position.status
            )::text;
    end if;

    return v_position;
end
$$;

comment on function monitoring.lock_position(bigint, bigint, boolean) is
'Locks the slot of a position, then its row, and returns the row as it is then, provided that the fence is the current one. 22023 for null, TL003 for another fence, TL004 where there is no such position, 55P03 where one of the locks is not free in time.';

revoke all on function monitoring.lock_position(bigint, bigint, boolean) from public;

commit;
