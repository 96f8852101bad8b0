-- Deploy tradelatch:helpers/is_in_hand to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.is_in_hand(book_row monitoring.positions)
returns boolean
language plpgsql
immutable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_current text := monitoring.current_order(book_row);
begin
    return book_row.orders_in_hand is not null
        or v_current is not null and v_current <> all (book_row.orders_arrived);
end
$$;

comment on function monitoring.is_in_hand(monitoring.positions) is
'Whether an order of a position is in somebody''s hand: handed out, or told, and not known to have arrived.';

revoke all on function monitoring.is_in_hand(monitoring.positions) from public;
-- The view positions calls it, and a function in a view runs as whoever reads the view.
grant execute on function monitoring.is_in_hand(monitoring.positions) to tradelatch_reader;

commit;
