-- Deploy tradelatch:helpers/orders_left to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.orders_left(book_row monitoring.positions)
returns text[]
language plpgsql
immutable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_left text[] := book_row.orders_arrived;
    v_current text := monitoring.current_order(book_row);
begin
    if book_row.orders_in_hand is not null then
        v_left := v_left || array(
            select k.name
            from jsonb_object_keys(book_row.orders_in_hand) as k (name)
            where k.name is distinct from v_current
            order by k.name
        );
    end if;
    if v_current is not null and v_current <> all (v_left) then
        v_left := v_left || v_current;
    end if;
    return v_left;
end
$$;

comment on function monitoring.orders_left(monitoring.positions) is
'Names of the orders of a position that are not known to have ended: those that arrived, those that somebody may still send, and the one that is called for. Empty when nothing of it can be on the exchange.';

revoke all on function monitoring.orders_left(monitoring.positions) from public;
-- The view positions calls it, and a function in a view runs as whoever reads the view.
grant execute on function monitoring.orders_left(monitoring.positions) to tradelatch_reader;

commit;
