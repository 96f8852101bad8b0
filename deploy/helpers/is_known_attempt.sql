-- Deploy tradelatch:helpers/is_known_attempt to pg
-- requires: tables/position_events

begin;

set local role tradelatch_owner;

create function monitoring.is_known_attempt(position_id bigint, move text, arguments jsonb)
returns boolean
language plpgsql
stable
as $$
declare
    v_event text;
    v_details jsonb;
begin
    if is_known_attempt.arguments ->> 'attempt' is null then
        return false;
    end if;

    select e.event, e.details
    into v_event, v_details
    from monitoring.position_events as e
    where e.position_id = is_known_attempt.position_id
        and e.details @> jsonb_build_object('attempt', is_known_attempt.arguments -> 'attempt')
    order by e.id desc
    limit 1;

    if not found then
        return false;
    elsif v_event = is_known_attempt.move and v_details @> is_known_attempt.arguments then
        return true;
    end if;

    raise exception using
        errcode = 'TL005',
        message = format('attempt %s of position %s was another call', is_known_attempt.arguments ->> 'attempt', is_known_attempt.position_id),
        detail = json_build_object(
            'position_id', is_known_attempt.position_id,
            'attempt', is_known_attempt.arguments ->> 'attempt',
            'event', v_event,
            'logged', v_details,
            'asked', is_known_attempt.arguments
        )::text;
end
$$;

comment on function monitoring.is_known_attempt(bigint, text, jsonb) is
'True when the attempt among the arguments made this very call before; TL005 when it made another one; false when it is new, or null.';

revoke all on function monitoring.is_known_attempt(bigint, text, jsonb) from public;

commit;
