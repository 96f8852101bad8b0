-- Deploy tradelatch:helpers/refuse_end to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.refuse_end(book_row monitoring.positions, name text, move text)
returns void
language plpgsql
volatile
as $$
declare
    v_until text := book_row.orders_in_hand -> refuse_end.name ->> 'until';
begin
    raise exception using
        errcode = 'TL002',
        message = format(
            'position %s is %s: %s would say that order %s has ended, and somebody else may still send it%s',
            book_row.id, book_row.status, refuse_end.move, refuse_end.name, coalesce(' until ' || v_until, '')
        ),
        detail = json_build_object(
            'position_id', book_row.id,
            'status', book_row.status,
            'move', refuse_end.move,
            'orders_left', monitoring.orders_left(book_row),
            'order', refuse_end.name,
            'in_hand_until', v_until
        )::text,
        hint = 'Wait until then, look the order up on the exchange, and call again.';
end
$$;

comment on function monitoring.refuse_end(monitoring.positions, text, text) is
'Raises TL002 for a function that implies the end of an order that its caller may not call ended; DETAIL has the order, and until when it is in hand.';

revoke all on function monitoring.refuse_end(monitoring.positions, text, text) from public;

commit;
