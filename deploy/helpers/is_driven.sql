-- Deploy tradelatch:helpers/is_driven to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.is_driven(book_row monitoring.positions, at timestamptz)
returns boolean
language plpgsql
immutable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return book_row.closed_at is null
        and book_row.lease_until + monitoring.grace() > is_driven.at
        and (
            book_row.status <> 'active'
            or book_row.orders_in_hand is not null
            or monitoring.is_unguarded(
                book_row.orders_arrived, book_row.orders_in_hand, book_row.own_orders, book_row.stop_loss_order
            )
        );
end
$$;

comment on function monitoring.is_driven(monitoring.positions, timestamptz) is
'Whether somebody drives a position: its lease and the grace time have not passed, and, where it is active, there is more than its stop-loss to look after.';

revoke all on function monitoring.is_driven(monitoring.positions, timestamptz) from public;
-- The view positions calls it, and a function in a view runs as whoever reads the view.
grant execute on function monitoring.is_driven(monitoring.positions, timestamptz) to tradelatch_reader;

commit;
