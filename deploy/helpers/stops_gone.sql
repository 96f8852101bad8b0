-- Deploy tradelatch:helpers/stops_gone to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.stops_gone()
returns setof bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    -- In an ordinary life nothing is missing, and the book need not be looked through.
    if not exists (select from monitoring.sightings as s where s.no_stop_loss_since is not null)
        and not exists (select from monitoring.order_sightings as o where o.problem = 'absent')
    then
        return;
    end if;

    return query
    with active as (
        -- Each branch implies the predicate of one of the slot's indexes.
        select p.*
        from monitoring.positions as p
        where p.closed_at is null and p.position_side in ('both', 'long') and p.status = 'active'
        union all
        select p.*
        from monitoring.positions as p
        where p.closed_at is null and p.position_side = 'short' and p.status = 'active'
    )

    select a.id::bigint
    from active as a
    inner join monitoring.sightings as s
        on s.symbol = a.symbol and s.exchange = a.exchange and s.account = a.account and s.position_side = a.position_side
    where s.no_stop_loss_until >= a.orders_at
        and monitoring.is_proven(a.orders_at, s.no_stop_loss_since, s.no_stop_loss_until)
    union
    select a.id::bigint
    from active as a
    inner join monitoring.order_sightings as o on o.position_id = a.id and o.name = coalesce(a.stop_loss_order, '*')
    where o.problem = 'absent'
        and o.last_seen_at >= a.orders_at
        and monitoring.is_proven(a.orders_at, o.first_seen_at, o.last_seen_at);
end
$$;

comment on function monitoring.stops_gone() is
'The active positions whose stop-loss is proven gone, by snapshots of positions or by lists of orders.';

revoke all on function monitoring.stops_gone() from public;
-- The view positions calls it, and a function in a view runs as whoever reads the view.
grant execute on function monitoring.stops_gone() to tradelatch_reader;

commit;
