-- Deploy tradelatch:helpers/end_position to pg

begin;

set local role tradelatch_owner;

create function monitoring.end_position(backup_id uuid, position_id bigint, to_status text, move text, reason text, details jsonb)
returns void
language plpgsql
volatile
as $$
declare
    v_position monitoring.positions;
begin
    v_position := (select p from monitoring.positions as p where p.id = end_position.position_id for update);
    perform monitoring.back_up(end_position.backup_id, v_position, end_position.move, end_position.reason);

    update monitoring.positions as p
    set
        status = end_position.to_status,
        open_quantity = 0,
        exit_reason = end_position.reason,
        move = end_position.move,
        move_details = end_position.details || jsonb_build_object(
            'reason', end_position.reason, 'backup_id', end_position.backup_id
        )
    where p.id = v_position.id;
end
$$;

comment on function monitoring.end_position(uuid, bigint, text, text, text, jsonb) is
'Backs a position up and makes it terminal, in the name of an operator''s function. The caller has locked its slot.';

revoke all on function monitoring.end_position(uuid, bigint, text, text, text, jsonb) from public;

commit;
