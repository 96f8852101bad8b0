-- Deploy tradelatch:helpers/refuse_move to pg

begin;

set local role tradelatch_owner;

create function monitoring.refuse_move(position_id bigint, status text, move text, problem text default null)
returns void
language plpgsql
volatile
as $$
begin
    raise exception using
        errcode = 'TL002',
        message = format(
            'position %s is %s: %s',
            refuse_move.position_id, refuse_move.status,
            coalesce(refuse_move.problem, format('%s is not a legal move', refuse_move.move))
        ),
        detail = json_build_object(
            'position_id', refuse_move.position_id, 'status', refuse_move.status, 'move', refuse_move.move
        )::text,
        hint = (
            select 'Legal moves: ' || string_agg(distinct t.move, ', ' order by t.move) || '.'
            from monitoring.position_transitions as t
            where t.from_status = refuse_move.status
        );
end
$$;

comment on function monitoring.refuse_move(bigint, text, text, text) is
'Raises TL002, the one way to say that a move is not legal. The HINT lists the moves that are.';

revoke all on function monitoring.refuse_move(bigint, text, text, text) from public;

commit;
