-- Deploy tradelatch:helpers/carry_out to pg

begin;

set local role tradelatch_owner;

create function monitoring.carry_out(finding tradelatch.finding, move text, reason text, backup_id uuid)
returns tradelatch.cleanup_action
language plpgsql
volatile
as $$
declare
    v_now tradelatch.finding;
    v_action tradelatch.cleanup_action;
    v_position monitoring.positions;
    v_adopted tradelatch.receipt;
begin
    v_action.position_id := finding.position_id;
    v_action.from_status := finding.status;
    v_action.action := 'busy';
    v_action.detail := finding.detail || jsonb_build_object(
        'check_name', finding.check_name,
        'exchange', finding.exchange,
        'account', finding.account,
        'symbol', finding.symbol,
        'position_side', finding.position_side
    );

    -- Nobody waits: a slot that is locked is being driven. Then the same look once more, as it is under the lock.
    if not pg_try_advisory_xact_lock(monitoring.slot_key(finding.exchange, finding.account, finding.symbol)) then
        return v_action;
    end if;
    select f.*
    into v_now
    from monitoring.findings(finding.exchange, finding.account, finding.symbol, interval '0') as f
    where f.check_name = finding.check_name
        and f.position_side = finding.position_side
        and f.position_id is not distinct from finding.position_id
        and f.detail ->> 'to_status' = finding.detail ->> 'to_status';
    if not found then
        return v_action;
    end if;

    if finding.check_name = 'orphaned_exchange' then
        -- The shortest lease: nobody drives it, so recovery may take it up after the grace time.
        v_adopted := tradelatch.adopt_position(
            exchange => v_now.exchange,
            account => v_now.account,
            symbol => v_now.symbol,
            side => v_now.detail ->> 'side',
            position_side => v_now.position_side,
            quantity => (v_now.detail #>> '{seen,quantity}')::numeric,
            average_price => (v_now.detail #>> '{seen,average_price}')::numeric,
            stop_loss_price => (v_now.detail ->> 'stop_loss_price')::numeric,
            stop_loss_order_id => v_now.detail ->> 'stop_loss_order_id',
            lease => interval '1 microsecond',
            details => jsonb_build_object('reason', carry_out.reason, 'by', carry_out.move, 'seen', v_now.detail -> 'seen')
        );
        if v_adopted.outcome <> 'created' then
            return v_action;
        end if;
        v_position := (select p from monitoring.positions as p where p.id = v_adopted.position_id);
        perform monitoring.back_up(carry_out.backup_id, v_position, carry_out.move, carry_out.reason, false);
        v_action.action := 'adopt';
        v_action.position_id := v_position.id;
        v_action.to_status := v_position.status;
    else
        v_position := (select p from monitoring.positions as p where p.id = v_now.position_id);
        v_action.action := 'end';
        v_action.to_status := v_now.detail ->> 'to_status';
        v_action.detail := v_action.detail || jsonb_build_object('cancel', monitoring.orders_left(v_position));
        perform monitoring.end_position(
            carry_out.backup_id, v_position.id, v_action.to_status, carry_out.move, carry_out.reason,
            v_action.detail - array['to_status', 'exchange', 'account', 'symbol', 'position_side']
        );
    end if;
    v_action.backup_id := carry_out.backup_id;
    return v_action;
end
$$;

comment on function monitoring.carry_out(tradelatch.finding, text, text, uuid) is
'Ends or adopts a position as its finding says (to_status is not null), under the lock of its slot, if it is still so; backed up. Its action is end, adopt or busy.';

revoke all on function monitoring.carry_out(tradelatch.finding, text, text, uuid) from public;

commit;
