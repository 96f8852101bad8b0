-- Deploy tradelatch:helpers/is_latest_move to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.is_latest_move(position_id bigint, move text, arguments jsonb)
returns boolean
language plpgsql
stable
as $$
begin
    return coalesce(
        (
            select e.event = is_latest_move.move and e.details @> is_latest_move.arguments
            from monitoring.position_events as e
            where e.position_id = is_latest_move.position_id
                and e.event not in ('duplicate_prevented', 'claim_stale', 'take_over', 'confirm_orders', 'reconcile_orders')
            order by e.id desc
            limit 1
        ),
        false
    );
end
$$;

comment on function monitoring.is_latest_move(bigint, text, jsonb) is
'True when the latest move of the position was this one with these arguments: the call is a repetition.';

revoke all on function monitoring.is_latest_move(bigint, text, jsonb) from public;

commit;
