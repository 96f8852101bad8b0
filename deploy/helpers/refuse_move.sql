-- Deploy tradelatch:helpers/refuse_move to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.refuse_move(book_row monitoring.positions, move text, problem text default null)
returns void
language plpgsql
volatile
as $$
begin
    raise exception using
        errcode = 'TL002',
        message = format(
            'position %s is %s: %s',
            book_row.id, book_row.status, coalesce(refuse_move.problem, format('%s is not a legal move', refuse_move.move))
        ),
        detail = json_build_object(
            'position_id', book_row.id,
            'status', book_row.status,
            'move', refuse_move.move,
            'orders_left', monitoring.orders_left(book_row)
        )::text,
        hint = (
            select 'Legal moves: ' || string_agg(distinct t.move, ', ' order by t.move) || '.'
            from monitoring.position_transitions as t
            where t.from_status = book_row.status
                and t.move <> case book_row.ends_as when 'closed' then 'confirm_flat' when 'rolled_back' then 'confirm_close' else '' end
        );
end
$$;

comment on function monitoring.refuse_move(monitoring.positions, text, text) is
'Raises TL002, the one way to say that a move is not legal. The HINT lists the moves that are.';

revoke all on function monitoring.refuse_move(monitoring.positions, text, text) from public;

commit;
