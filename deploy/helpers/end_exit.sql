-- Deploy tradelatch:helpers/end_exit to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.end_exit(book_row monitoring.positions, ends_as text, drives boolean, ended text[])
returns monitoring.positions
language plpgsql
volatile
as $$
declare
    v_row monitoring.positions := book_row;
    v_current text := monitoring.current_order(book_row);
    v_close text;
begin
    v_row := monitoring.hold_order(v_row);
    -- Whoever alone was given the close, and says that nothing is open, says that it ended.
    if end_exit.drives
        and v_row.status in ('pending_close', 'pending_rollback')
        and not coalesce(book_row.orders_in_hand ? v_current, false)
    then
        v_close := v_current;
    end if;
    v_row.status := 'pending_cancels';
    v_row.ends_as := end_exit.ends_as;
    v_row.open_quantity := 0;
    return monitoring.note_orders(v_row, array_remove(end_exit.ended || v_close, null), '{}', end_exit.drives, true);
end
$$;

comment on function monitoring.end_exit(monitoring.positions, text, boolean, text[]) is
'The position when nothing of it is open any more: pending_cancels, with the orders that are left. drives: the caller showed the current fence. ended: orders that ended.';

revoke all on function monitoring.end_exit(monitoring.positions, text, boolean, text[]) from public;

commit;
