-- Deploy tradelatch:helpers/resolve_conflict to pg
-- A unique index said no: whose is it? Called by create_position and adopt_position, after the lock.

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.resolve_conflict(wanted monitoring.positions)
returns tradelatch.receipt
language plpgsql
volatile
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled
as $$
declare
    v_holder monitoring.positions;
    v_same_attempt boolean := false;
    v_event_id bigint;
    v_since timestamptz := clock_timestamp() - interval '1 hour';
begin
    if wanted.attempt is not null then
        select p.*
        into v_holder
        from monitoring.positions as p
        where p.attempt = wanted.attempt
        -- which writes: the answer, with its order, waits for a synchronous standby as the move itself did
        for update;
        v_same_attempt := found;
    end if;

    if v_holder.id is null and wanted.request_id is not null then
        select p.*
        into v_holder
        from monitoring.positions as p
        where p.request_id = wanted.request_id
            and p.exchange = wanted.exchange
            and p.account = wanted.account;
    end if;

    if v_holder.id is not null then
        -- The same call, or the same reason to open: then it must ask for the same.
        if (
            v_holder.origin, v_holder.exchange, v_holder.account, v_holder.symbol, v_holder.position_side, v_holder.side,
            v_holder.quantity, v_holder.entry_price, v_holder.stop_loss_percent, v_holder.request_id
        ) is distinct from (
            wanted.origin, wanted.exchange, wanted.account, wanted.symbol, wanted.position_side, wanted.side,
            wanted.quantity, wanted.entry_price, wanted.stop_loss_percent, wanted.request_id
        ) then
            raise exception using
                errcode = 'TL005',
                message = format(
                    'this %s was position %s, which asked for something else',
                    case when v_same_attempt then 'attempt' else 'request' end, v_holder.id
                ),
                detail = json_build_object(
                    'position_id', v_holder.id,
                    'status', v_holder.status,
                    'differs', (
                        select json_object_agg(a.key, json_build_array(b.value, a.value) order by a.key)
                        from jsonb_each(to_jsonb(wanted)) as a
                        inner join jsonb_each(to_jsonb(v_holder)) as b on b.key = a.key and b.value <> a.value
                        where a.key in (
                            'origin', 'exchange', 'account', 'symbol', 'position_side', 'side',
                            'quantity', 'entry_price', 'stop_loss_percent', 'request_id'
                        )
                    )
                )::text;
        end if;
    else
        select p.*
        into v_holder
        from monitoring.conflicting_positions(wanted.exchange, wanted.account, wanted.symbol, wanted.position_side) as c
        inner join monitoring.positions as p on p.id = c.position_id
        order by c.position_side = wanted.position_side desc, c.position_id
        limit 1;

        if not found then
            return null; -- it ended in between: try again
        elsif v_holder.position_side <> wanted.position_side then
            raise exception using
                errcode = 'TL006',
                message = format(
                    '%s is open as position %s with position_side %s, which excludes %s',
                    wanted.symbol, v_holder.id, v_holder.position_side, wanted.position_side
                ),
                detail = json_build_object(
                    'position_id', v_holder.id, 'status', v_holder.status, 'position_side', v_holder.position_side
                )::text;
        end if;
    end if;

    if v_same_attempt then
        return monitoring.receipt_of(v_holder, 'replayed', v_holder.drive_attempt is not distinct from wanted.attempt);
    end if;

    -- Told already, within an hour: counted. The slot is locked, so nobody else counts meanwhile.
    update monitoring.refusals as r
    set
        refused = r.refused + 1,
        last_at = clock_timestamp()
    where r.position_id = v_holder.id and r.first_at > v_since;
    if found then
        return monitoring.receipt_of(v_holder, 'existing', false);
    end if;

    insert into monitoring.position_events as e (position_id, event, from_status, to_status, details)
    values (
        v_holder.id,
        'duplicate_prevented',
        v_holder.status,
        v_holder.status,
        wanted.details || jsonb_build_object(
            'origin', wanted.origin,
            'side', wanted.side,
            'quantity', wanted.quantity,
            'entry_price', wanted.entry_price,
            'request_id', wanted.request_id,
            'signal_id', wanted.signal
        )
    )
    returning e.id into v_event_id;
    insert into monitoring.refusals (event_id, position_id)
    values (v_event_id, v_holder.id);
    perform monitoring.raise_alert(
        'duplicate_prevented', 'info', v_holder.id, v_holder.exchange, v_holder.account, v_holder.symbol, v_holder.position_side,
        jsonb_build_object(
            'event_id', v_event_id,
            'status', v_holder.status,
            'origin', wanted.origin,
            'side', wanted.side,
            'quantity', wanted.quantity,
            'request_id', wanted.request_id,
            'signal_id', wanted.signal
        )
    );
    return monitoring.receipt_of(v_holder, 'existing', false);
end
$$;

comment on function monitoring.resolve_conflict(monitoring.positions) is
'The receipt for a creation that met what is there: replayed for the same attempt, existing for everybody else, of which one event duplicate_prevented and one alert an hour tell, with how many there were. Null when nothing is there any more. TL005 where the same request or attempt asked for something else, TL006 where the other position mode is open.';

revoke all on function monitoring.resolve_conflict(monitoring.positions) from public;

commit;
