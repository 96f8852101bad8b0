-- Deploy tradelatch:helpers/is_unguarded to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.is_unguarded(
    orders_arrived text[], orders_in_hand jsonb, own_orders text[], stop_loss_order text
)
returns boolean
language plpgsql
immutable
parallel safe
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text;
begin
    for v_name in
        select a.name
        from unnest(is_unguarded.orders_arrived) as a (name)
        where a.name <> '*' and a.name is distinct from is_unguarded.stop_loss_order
        union all
        select k.name
        from jsonb_object_keys(is_unguarded.orders_in_hand) as k (name)
    loop
        if (v_name = any (is_unguarded.own_orders)) is not true then
            return true;
        end if;
    end loop;
    return false;
end
$$;

comment on function monitoring.is_unguarded(text[], jsonb, text[], text) is
'Whether an active position has an order beside its stop-loss that the database handed out, or that was its stop-loss: somebody must drive it.';

revoke all on function monitoring.is_unguarded(text[], jsonb, text[], text) from public;
-- The view positions calls it, and a function in a view runs as whoever reads the view.
grant execute on function monitoring.is_unguarded(text[], jsonb, text[], text) to tradelatch_reader;

commit;
