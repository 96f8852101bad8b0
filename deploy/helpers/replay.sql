-- Deploy tradelatch:helpers/replay to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.replay(
    book_row monitoring.positions, drives boolean, shows boolean, ended text[], ends_fills boolean
)
returns tradelatch.receipt
language plpgsql
volatile
as $$
declare
    v_row monitoring.positions := book_row;
begin
    if v_row.closed_at is null and replay.ended <> '{}' then
        v_row := monitoring.note_orders(v_row, replay.ended, '{}', replay.drives, replay.ends_fills);
        if v_row is distinct from book_row then
            if not replay.shows then
                v_row := monitoring.leave_drive(book_row, v_row);
            end if;
            return monitoring.write_move(
                v_row, 'confirm_orders', monitoring.orders_said(replay.ended, '{}'), 'replayed', replay.shows,
                replay.shows and not replay.drives
            );
        end if;
    end if;
    return monitoring.receipt_of(v_row, 'replayed', replay.shows, replay.shows and not replay.drives);
end
$$;

comment on function monitoring.replay(monitoring.positions, boolean, boolean, text[], boolean) is
'The answer to a call that was done before: no other move, but the orders that it names end all the same. drives: the caller showed the current fence; shows: it is shown fence, lease and order.';

revoke all on function monitoring.replay(monitoring.positions, boolean, boolean, text[], boolean) from public;

commit;
