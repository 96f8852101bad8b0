-- Deploy tradelatch:helpers/is_known_attempt to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.is_known_attempt(attempt uuid, position_id bigint, move text, arguments jsonb)
returns boolean
language plpgsql
stable
as $$
declare
    v_position_id bigint;
    v_event text;
    v_details jsonb;
begin
    if is_known_attempt.attempt is null then
        return false;
    end if;

    select e.position_id, e.event, e.details
    into v_position_id, v_event, v_details
    from monitoring.position_events as e
    where e.event in (
            'create_position', 'adopt_position', 'begin_close', 'confirm_close', 'replace_stop_loss', 'update_stop_loss',
            'resize_position'
        )
        and (e.details ->> 'attempt') collate "C" = is_known_attempt.attempt::text
    limit 1;

    if not found then
        return false;
    elsif v_event = is_known_attempt.move
        and v_position_id = coalesce(is_known_attempt.position_id, v_position_id)
        and v_details @> is_known_attempt.arguments
    then
        return true;
    end if;

    raise exception using
        errcode = 'TL005',
        message = format('attempt %s was another call: %s of position %s', is_known_attempt.attempt, v_event, v_position_id),
        detail = json_build_object(
            'attempt', is_known_attempt.attempt,
            'position_id', v_position_id,
            'event', v_event,
            'logged', v_details,
            'asked', is_known_attempt.arguments
        )::text;
end
$$;

comment on function monitoring.is_known_attempt(uuid, bigint, text, jsonb) is
'True when the attempt made this very call before; TL005 when it made another one, for this position or any; false when it is new, or null. A position_id of null is a creation.';

revoke all on function monitoring.is_known_attempt(uuid, bigint, text, jsonb) from public;

commit;
