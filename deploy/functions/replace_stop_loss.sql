-- Deploy tradelatch:functions/replace_stop_loss to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.replace_stop_loss(
    position_id bigint,
    stop_loss_price numeric,
    fence bigint default null,
    attempt uuid default null,
    lease interval default '1 minute'
)
returns tradelatch.receipt
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_arguments jsonb := jsonb_build_object(
        'stop_loss_price', monitoring.check_amount('stop_loss_price', replace_stop_loss.stop_loss_price),
        'attempt', replace_stop_loss.attempt
    );
    v_lease interval := monitoring.check_lease(replace_stop_loss.lease);
    v_position monitoring.positions := monitoring.lock_position(replace_stop_loss.position_id, replace_stop_loss.fence, true);
    v_is_driver boolean := replace_stop_loss.fence is not null;
    v_was_unfinished boolean := v_position.status = 'pending_sl';
begin
    if monitoring.is_known_attempt(replace_stop_loss.attempt, v_position.id, 'replace_stop_loss', v_arguments) then
        return monitoring.receipt_of(
            v_position, 'replayed', v_is_driver or v_position.drive_attempt is not distinct from replace_stop_loss.attempt,
            not v_is_driver
        );
    elsif v_was_unfinished and v_is_driver
        and monitoring.is_latest_move(v_position.id, 'replace_stop_loss', v_arguments - 'attempt')
    then
        return monitoring.receipt_of(v_position, 'replayed', true);
    elsif v_position.status not in ('active', 'pending_sl') then
        perform monitoring.refuse_move(v_position, 'replace_stop_loss');
    elsif v_was_unfinished and not v_is_driver and monitoring.is_driven(v_position, clock_timestamp()) then
        return monitoring.receipt_of(v_position, 'existing', false);
    end if;

    v_position := monitoring.hold_order(v_position);
    v_position := monitoring.take_drive(v_position, v_is_driver, v_lease, replace_stop_loss.attempt);
    v_position.status := 'pending_sl';
    v_position.stop_loss_price := replace_stop_loss.stop_loss_price;
    v_position.stop_loss_attempt := v_position.stop_loss_attempt + 1;
    return monitoring.write_move(
        v_position, 'replace_stop_loss', v_arguments,
        case when v_was_unfinished and not v_is_driver then 'claimed' else 'ok' end, true, not v_is_driver
    );
end
$$;

comment on function tradelatch.replace_stop_loss(bigint, numeric, bigint, uuid, interval) is
$$We are to move the stop-loss: active or pending_sl becomes pending_sl, the caller drives it, and the receipt has a stop-loss at that price,
for all that is open; the ones before are cancelled once it stands, and activate_position says that it does.
stop_loss_price: the new trigger in units of the quote asset. active is given at once; pending_sl to the driver (who shows its fence), or to
anybody after lease and grace time. attempt: this call and its retries. lease: how long the caller may send orders.
Outcomes: ok; claimed; existing while somebody else drives it; replayed.
Errors: 22023; TL002; TL003 a fence that is not the current one; TL004; TL005 the attempt was another call; 55P03.$$;

revoke all on function tradelatch.replace_stop_loss(bigint, numeric, bigint, uuid, interval) from public;
grant execute on function tradelatch.replace_stop_loss(bigint, numeric, bigint, uuid, interval) to tradelatch_bot;

commit;
