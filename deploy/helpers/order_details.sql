-- Deploy tradelatch:helpers/order_details to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.order_details(book_row monitoring.positions)
returns table (name text, kind text, since timestamptz, in_hand_until timestamptz, others_until timestamptz, is_uncounted boolean)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_current text := monitoring.current_order(book_row);
    v_hand jsonb;
begin
    foreach name in array monitoring.orders_left(book_row) loop
        kind := monitoring.order_kind(book_row, name);
        since := coalesce(
            (
                select min(e.at)
                from monitoring.position_events as e
                where e.position_id = book_row.id
                    and (
                        e.details -> 'orders_placed' ? order_details.name
                        or e.event = 'activate_position' and e.details ->> 'client_order_id' = order_details.name
                    )
            ),
            case kind when 'entry' then book_row.created_at else book_row.orders_at end
        );
        v_hand := book_row.orders_in_hand -> name;
        others_until := case when name <> all (book_row.orders_arrived) then (v_hand ->> 'until')::timestamptz end;
        in_hand_until := case
            when name = any (book_row.orders_arrived) then null
            when name = v_current or (v_hand ->> 'driver')::boolean
                then greatest(book_row.lease_until + monitoring.grace(), others_until)
            else others_until
        end;
        is_uncounted := monitoring.is_uncounted(book_row, name, kind);
        return next;
    end loop;
end
$$;

comment on function monitoring.order_details(monitoring.positions) is
'The orders of a position that are left, as the view orders shows them.';

revoke all on function monitoring.order_details(monitoring.positions) from public;
-- The view orders calls it, and a function in a view runs as whoever reads the view.
grant execute on function monitoring.order_details(monitoring.positions) to tradelatch_reader;

commit;
