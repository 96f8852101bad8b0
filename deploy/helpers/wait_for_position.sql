-- Deploy tradelatch:helpers/wait_for_position to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.wait_for_position(position_id bigint)
returns void
language plpgsql
volatile
as $$
begin
    if wait_for_position.position_id is null then
        perform monitoring.refuse_argument('position_id', 'must not be null');
    end if;

    perform monitoring.wait_for_slot(p.exchange, p.account, p.symbol)
    from monitoring.positions as p
    where p.id = wait_for_position.position_id;

    if not found then
        raise exception using
            errcode = 'TL004',
            message = format('there is no position %s', wait_for_position.position_id),
            detail = json_build_object('position_id', wait_for_position.position_id)::text;
    end if;
end
$$;

comment on function monitoring.wait_for_position(bigint) is
'Waits for the lock of a position''s slot, as monitoring.wait_for_slot does. 22023 for null, TL004 where there is no such position.';

revoke all on function monitoring.wait_for_position(bigint) from public;

commit;
