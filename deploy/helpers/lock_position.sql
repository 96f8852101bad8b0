-- Deploy tradelatch:helpers/lock_position to pg
-- requires: tables/positions
-- requires: helpers/lock_slot
-- requires: helpers/refuse_argument

begin;

set local role tradelatch_owner;

create function monitoring.lock_position(position_id bigint)
returns monitoring.positions
language plpgsql
volatile
as $$
declare
    v_position monitoring.positions;
begin
    if lock_position.position_id is null then
        perform monitoring.refuse_argument('position_id', 'must not be null');
    end if;

    -- Look, lock, read again: the slot never changes, everything else may have while the lock was waited for.
    select p.exchange, p.account, p.symbol
    into v_position.exchange, v_position.account, v_position.symbol
    from monitoring.positions as p
    where p.id = lock_position.position_id;

    if not found then
        raise exception using
            errcode = 'TL004',
            message = format('there is no position %s', lock_position.position_id),
            detail = json_build_object('position_id', lock_position.position_id)::text;
    end if;

    perform monitoring.lock_slot(v_position.exchange, v_position.account, v_position.symbol);

    select p.*
    into v_position
    from monitoring.positions as p
    where p.id = lock_position.position_id
    for update;

    return v_position;
end
$$;

comment on function monitoring.lock_position(bigint) is
'Locks the slot of a position, then its row, and returns the row as it is then. 22023 for null, TL004 where there is none, 55P03 where the lock is not free in time.';

revoke all on function monitoring.lock_position(bigint) from public;

commit;
